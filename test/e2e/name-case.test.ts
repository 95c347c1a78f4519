import { expect } from 'chai';
import { askTcp, askUdp } from '../world/client.ts';
import { readMessage } from '../world/message-text.ts';
import { Flag, message, question, record, TO_QUESTION, TYPE } from '../world/messages.ts';
import { answerTo, type Question, type Script, Upstream } from '../world/upstream.ts';
import { type Peer, startBind, startDnsmasq, startNsd, startUnbound } from './peers.ts';
import { cleanUp, itWith } from './processes.ts';
import { type Rcode5, Site, scrape, serve } from './rcode5.ts';

const TRUE_ADDRESS = '192.0.2.1';
const FORGED = [203, 0, 113, 6];
/** Letters enough for nobody to have their case by chance. */
const LETTERS = 'Sixteen-Random-Bits-For-Every-Sixteen-Letters.And-Some';
const NAMES = 20;

/** An answer with the name in lower case, as a server gives it that keeps names so. */
function inLowerCase(answer: Uint8Array): Uint8Array {
  const lower = Buffer.from(answer);
  const end = lower.indexOf(0, 12);
  for (let i = 12; i < end; i++) {
    if (lower[i]! >= 0x41 && lower[i]! <= 0x5a) lower[i]! += 0x20;
  }
  return lower;
}

function forgedFor({ octets }: Question): Uint8Array {
  return inLowerCase(answerTo(octets, { answers: [record(TO_QUESTION, TYPE.A, FORGED)] }));
}

/** The name as it stands in a question to an upstream. */
function nameIn({ octets }: Question): string {
  return readMessage(octets).question!.split(' ')[0]!;
}

/** Asks for names of a domain; each has to come back as it was written. */
async function askAll(
  port: number,
  domain: string,
  ask = askUdp,
  count = NAMES,
): Promise<(string | undefined)[]> {
  const answers: (string | undefined)[] = [];
  for (let i = 0; i < count; i++) {
    const owner = `n${i}-${ask.name}.${domain}`;
    const query = message({ id: i, flags: Flag.RD, questions: [question(owner)] });
    const shown = readMessage(await ask({ address: '127.0.0.1', port }, query));
    expect(shown.question).to.equal(`${owner}. IN A`);
    const [first] = shown.answer;
    if (first !== undefined) expect(first.split(' ')[0]).to.equal(`${owner}.`);
    answers.push(first?.split(' ').at(-1));
  }
  return answers;
}

function forwardingTo(port: number, threads: number): Promise<Rcode5> {
  return serve(
    new Site(`threads: ${threads}
upstreams: { default: { servers: ["127.0.0.1:${port}"], timeout: 10s, attempts: 1 } }
`),
  );
}

/** How many answers were not taken because of their case. */
async function refused(server: Rcode5): Promise<number> {
  const samples = await scrape(server, 'rcode5_ignored_packets_total');
  return samples.find(({ labels }) => labels.includes('wrong-case'))?.value ?? 0;
}

for (const { shell, threads } of [
  { shell: 'batch', threads: 1 },
  { shell: 'portable', threads: 0 },
]) {
  describe(`e2e: the case of names, ${shell} shell`, function () {
    this.timeout(60_000);
    let upstream: Upstream;
    let server: Rcode5;

    async function start(script?: Script): Promise<void> {
      upstream = await Upstream.start(script);
      server = await forwardingTo(upstream.port, threads);
    }
    afterEach(async () => {
      upstream.close();
      await cleanUp();
    });

    const all = (address: string) => Array.from({ length: NAMES }, () => address);

    it('is another one for each question, and for clients the one that they wrote', async () => {
      await start();
      expect(await askAll(server.port, LETTERS)).to.deep.equal(all(TRUE_ADDRESS));
      const seen = upstream.asked.map((asked) => nameIn(asked).split('.').slice(1).join('.'));
      expect(new Set(seen).size).to.equal(NAMES);
      expect(upstream.asked.map(({ transport }) => transport)).to.not.include('tcp');
      expect(await refused(server)).to.equal(0);
    });

    it('is given up for a server that keeps it neither by UDP nor by TCP', async () => {
      await start(({ octets }) => inLowerCase(answerTo(octets)));
      expect(await askAll(server.port, LETTERS)).to.deep.equal(all(TRUE_ADDRESS));
      const [first, second, ...rest] = upstream.asked;
      expect([first!.transport, second!.transport]).to.deep.equal(['udp', 'tcp']);
      for (const [i, asked] of rest.entries()) {
        expect(asked.transport).to.equal('udp');
        expect(nameIn(asked)).to.equal(`n${i + 1}-askUdp.${LETTERS}.`);
      }
      expect(await refused(server)).to.equal(1);
    });

    it('is given up for a server without TCP when it has lost it three times', async () => {
      await start(({ octets }) => inLowerCase(answerTo(octets)));
      upstream.refuseTcp();
      expect(await askAll(server.port, LETTERS)).to.deep.equal(all(TRUE_ADDRESS));
      const asWritten = upstream.asked.filter((asked) => nameIn(asked).endsWith(`.${LETTERS}.`));
      expect(asWritten).to.have.lengthOf(NAMES);
      expect(upstream.asked.length - NAMES).to.equal(await refused(server));
      expect(await refused(server)).to.equal(4);
    });

    it('tells an answer from a forged one, each time', async () => {
      await start((asked) => {
        return asked.transport === 'udp' ? forgedFor(asked) : answerTo(asked.octets);
      });
      expect(await askAll(server.port, LETTERS)).to.deep.equal(all(TRUE_ADDRESS));
      expect(await refused(server)).to.equal(NAMES);
    });
  });
}

describe('e2e: the case of names, servers of others', function () {
  this.timeout(120_000);
  afterEach(cleanUp);

  const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
* A ${TRUE_ADDRESS}
`;
  const DOMAIN = 'Letters-Enough.Example.Com';
  const UNBOUND = [
    'local-zone: "letters-enough.example.com" redirect',
    `local-data: "letters-enough.example.com A ${TRUE_ADDRESS}"`,
  ];
  const BIND = {
    options: 'recursion no;',
    sections: 'zone "letters-enough.example.com" { type primary; file "zone"; };',
    files: { zone: ZONE },
  };
  const forwarder = (port: number) => [
    'do-not-query-localhost: no',
    'local-zone: "." transparent',
    `forward-zone:\n  name: "."\n  forward-addr: 127.0.0.1@${port}\nserver:`,
  ];

  const peers: readonly { title: string; needs: string[]; start: () => Promise<Peer> }[] = [
    { title: 'BIND', needs: ['named'], start: () => startBind(BIND) },
    { title: 'NSD', needs: ['nsd'], start: () => startNsd('letters-enough.example.com', ZONE) },
    { title: 'Unbound', needs: ['unbound'], start: () => startUnbound(UNBOUND) },
    {
      title: 'dnsmasq',
      needs: ['dnsmasq'],
      start: () => startDnsmasq([`--address=/letters-enough.example.com/${TRUE_ADDRESS}`]),
    },
    {
      title: 'Unbound before NSD, from its cache too',
      needs: ['unbound', 'nsd'],
      start: async () =>
        startUnbound(forwarder((await startNsd('letters-enough.example.com', ZONE)).port)),
    },
    {
      title: 'dnsmasq before NSD, from its cache too',
      needs: ['dnsmasq', 'nsd'],
      start: async () =>
        startDnsmasq([
          `--server=127.0.0.1#${(await startNsd('letters-enough.example.com', ZONE)).port}`,
        ]),
    },
    {
      title: 'BIND before NSD, from its cache too',
      needs: ['named', 'nsd'],
      start: async () => {
        const { port } = await startNsd('letters-enough.example.com', ZONE);
        return startBind({
          options: `allow-query { any; }; recursion yes; forward only; forwarders { 127.0.0.1 port ${port}; };`,
        });
      },
    },
  ];
  for (const { title, needs, start } of peers) {
    itWith(needs, `is kept by ${title}`, async () => {
      const { port } = await start();
      const server = await forwardingTo(port, 1);
      // A second server has no answer of the first in its cache; the peer may have it.
      const another = await forwardingTo(port, 1);
      const all = Array.from({ length: NAMES }, () => TRUE_ADDRESS);
      expect(await askAll(server.port, DOMAIN)).to.deep.equal(all);
      expect(await askAll(another.port, DOMAIN)).to.deep.equal(all);
      expect(await askAll(server.port, DOMAIN, askTcp)).to.deep.equal(all);
      expect([await refused(server), await refused(another)]).to.deep.equal([0, 0]);
    });
  }
});
