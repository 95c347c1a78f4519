import { expect } from 'chai';
import { askTcp, askUdp } from '../world/client.ts';
import { readMessage } from '../world/message-text.ts';
import { Flag, message, question, record, TO_QUESTION, TYPE } from '../world/messages.ts';
import { answerTo, type Question, type Script, Upstream } from '../world/upstream.ts';
import { type Peer, startBind, startDnsmasq, startNsd, startUnbound } from './peers.ts';
import { cleanUp, itWith, missingOf } from './processes.ts';
import { type Rcode5, Site, scrape, serve } from './rcode5.ts';

const TRUE_ADDRESS = '192.0.2.1';
const FORGED = [203, 0, 113, 6];
/** Letters enough for nobody to have their case by chance. */
const LETTERS = 'Sixteen-Random-Bits-For-Every-Sixteen-Letters.And-Some';
const NAMES = 20;

/** Domains of upstreams that differ in what they do to the case. */
const KEPT = `${LETTERS}.Kept`;
const LOST = `${LETTERS}.Lost`;
const LOST_BY_UDP = `${LETTERS}.Lost-By-Udp`;
const FORGED_BY_UDP = `${LETTERS}.Forged`;
const SCRIPTS: Readonly<Record<string, Script>> = {
  [KEPT]: ({ octets }) => answerTo(octets),
  [LOST]: ({ octets }) => inLowerCase(answerTo(octets)),
  [LOST_BY_UDP]: ({ octets }) => inLowerCase(answerTo(octets)),
  [FORGED_BY_UDP]: (asked) => {
    return asked.transport === 'udp' ? forgedFor(asked) : answerTo(asked.octets);
  },
};

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

/** A forwarder with a group of upstreams for each domain. */
function forwarding(ports: Readonly<Record<string, number>>, threads: number): Promise<Rcode5> {
  const all = Object.entries(ports);
  const groups = all.map(
    ([, port], i) => `  g${i}: { servers: ["127.0.0.1:${port}"], timeout: 10s, attempts: 1 }\n`,
  );
  const routes = all.map(([domain], i) => `  ${domain.toLowerCase()}: g${i}\n`);
  return serve(
    new Site(`threads: ${threads}\nupstreams:\n${groups.join('')}routes:\n${routes.join('')}`),
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
  describe(`e2e: the case of names, ${shell} shell`, () => {
    let server: Rcode5;
    const upstreams = new Map<string, Upstream>();

    before(async () => {
      for (const [domain, script] of Object.entries(SCRIPTS)) {
        upstreams.set(domain, await Upstream.start(script));
      }
      upstreams.get(LOST_BY_UDP)!.refuseTcp();
      const ports = [...upstreams].map(([domain, { port }]) => [domain, port]);
      server = await forwarding(Object.fromEntries(ports), threads);
    });
    after(async () => {
      for (const upstream of upstreams.values()) upstream.close();
      await cleanUp();
    });

    /** What an upstream was asked when all names had their answers, and how many were not taken. */
    async function askFor(domain: string): Promise<[readonly Question[], number]> {
      const before = await refused(server);
      const { asked } = upstreams.get(domain)!;
      expect(await askAll(server.port, domain)).to.deep.equal(Array(NAMES).fill(TRUE_ADDRESS));
      return [asked, (await refused(server)) - before];
    }

    it('is another one for each question, and for clients the one that they wrote', async () => {
      const [asked, ignored] = await askFor(KEPT);
      const seen = asked.map((each) => nameIn(each).split('.').slice(1).join('.'));
      expect(new Set(seen).size).to.equal(NAMES);
      expect(asked.map(({ transport }) => transport)).to.not.include('tcp');
      expect(ignored).to.equal(0);
    });

    it('is given up for a server that keeps it neither by UDP nor by TCP', async () => {
      const [asked, ignored] = await askFor(LOST);
      const [first, second, ...rest] = asked;
      expect([first!.transport, second!.transport]).to.deep.equal(['udp', 'tcp']);
      for (const [i, each] of rest.entries()) {
        expect(each.transport).to.equal('udp');
        expect(nameIn(each)).to.equal(`n${i + 1}-askUdp.${LOST}.`);
      }
      expect(ignored).to.equal(1);
    });

    it('is given up for a server without TCP when it has lost it three times', async () => {
      const [asked, ignored] = await askFor(LOST_BY_UDP);
      const asWritten = asked.filter((each) => nameIn(each).endsWith(`.${LOST_BY_UDP}.`));
      expect(asWritten).to.have.lengthOf(NAMES);
      expect(asked.length - NAMES).to.equal(ignored);
      expect(ignored).to.equal(4);
    });

    it('tells an answer from a forged one, each time', async () => {
      const [, ignored] = await askFor(FORGED_BY_UDP);
      expect(ignored).to.equal(NAMES);
    });
  });
}

describe('e2e: the case of names, servers of others', () => {
  const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
* A ${TRUE_ADDRESS}
`;
  const forwarder = (port: number) => [
    'do-not-query-localhost: no',
    'local-zone: "." transparent',
    `forward-zone:\n  name: "."\n  forward-addr: 127.0.0.1@${port}\nserver:`,
  ];

  interface Keeper {
    readonly title: string;
    readonly needs: readonly string[];
    readonly start: (domain: string) => Promise<Peer>;
  }
  const keepers: readonly Keeper[] = [
    {
      title: 'BIND',
      needs: ['named'],
      start: (domain) =>
        startBind({
          options: 'recursion no;',
          sections: `zone "${domain}" { type primary; file "zone"; };`,
          files: { zone: ZONE },
        }),
    },
    { title: 'NSD', needs: ['nsd'], start: (domain) => startNsd(domain, ZONE) },
    {
      title: 'Unbound',
      needs: ['unbound'],
      start: (domain) =>
        startUnbound([
          `local-zone: "${domain}" redirect`,
          `local-data: "${domain} A ${TRUE_ADDRESS}"`,
        ]),
    },
    {
      title: 'dnsmasq',
      needs: ['dnsmasq'],
      start: (domain) => startDnsmasq([`--address=/${domain}/${TRUE_ADDRESS}`]),
    },
    {
      title: 'Unbound before NSD, from its cache too',
      needs: ['unbound', 'nsd'],
      start: async (domain) => startUnbound(forwarder((await startNsd(domain, ZONE)).port)),
    },
    {
      title: 'dnsmasq before NSD, from its cache too',
      needs: ['dnsmasq', 'nsd'],
      start: async (domain) =>
        startDnsmasq([`--server=127.0.0.1#${(await startNsd(domain, ZONE)).port}`]),
    },
    {
      title: 'BIND before NSD, from its cache too',
      needs: ['named', 'nsd'],
      start: async (domain) => {
        const { port } = await startNsd(domain, ZONE);
        return startBind({
          options: `allow-query { any; }; recursion yes; forward only; forwarders { 127.0.0.1 port ${port}; };`,
        });
      },
    },
  ];
  const domainOf = (number: number) => `Letters-Enough.Keeper-${number}.Example.Com`;
  let server: Rcode5;
  /** It has no answer of the first in its cache; the keeper may have it. */
  let another: Rcode5;

  before(async () => {
    const there = keepers.flatMap(({ needs, start }, i) =>
      missingOf(needs).length > 0 ? [] : [{ domain: domainOf(i), start }],
    );
    if (there.length === 0) return;
    const ports = there.map(async ({ domain, start }) => {
      const { port } = await start(domain.toLowerCase());
      return [domain, port] as const;
    });
    const all = Object.fromEntries(await Promise.all(ports));
    [server, another] = await Promise.all([forwarding(all, 1), forwarding(all, 1)]);
  });
  after(cleanUp);

  for (const [i, { title, needs }] of keepers.entries()) {
    itWith(needs, `is kept by ${title}`, async () => {
      const all = Array.from({ length: NAMES }, () => TRUE_ADDRESS);
      const domain = domainOf(i);
      expect(await askAll(server.port, domain)).to.deep.equal(all);
      expect(await askAll(another.port, domain)).to.deep.equal(all);
      expect(await askAll(server.port, domain, askTcp)).to.deep.equal(all);
      expect([await refused(server), await refused(another)]).to.deep.equal([0, 0]);
    });
  }
});
