import { expect } from 'chai';
import { askUdp } from '../world/client.ts';
import { message, opt, question } from '../world/messages.ts';
import { dig } from './dig.ts';
import {
  type EncryptedPeer,
  makeShown,
  NAME,
  type Shown,
  startEncryptedBind,
  startEncryptedDnsdist,
  startEncryptedUnbound,
} from './encrypted-peers.ts';
import { cleanUp, describeWith, run } from './processes.ts';
import { RCODE5, type Rcode5, Site, scrape, serve, sumOf } from './rcode5.ts';

const PROTOCOLS = ['dot', 'doh'] as const;
const PEERS = ['unbound', 'bind', 'dnsdist'] as const;
/** Questions at a time: more than one, on connections that are kept. */
const BURST = 40;
const RD = 0x0100;
const REFUSED = 5;

type PeerName = (typeof PEERS)[number];
type Protocol = (typeof PROTOCOLS)[number];

/** For data threads, and for the thread that serves all alone. */
const THREADS = [1, 0] as const;

describeWith(['named', 'unbound', 'dnsdist', 'openssl', 'dig'], 'e2e: encrypted upstreams', () => {
  let shown: Shown;
  const peers = new Map<PeerName, EncryptedPeer>();

  before(async () => {
    shown = makeShown();
    const [unbound, bind, dnsdist] = await Promise.all([
      startEncryptedUnbound(shown),
      startEncryptedBind(shown),
      startEncryptedDnsdist(shown),
    ]);
    peers.set('unbound', unbound).set('bind', bind).set('dnsdist', dnsdist);
  });
  after(cleanUp);

  /** By routes to each of them by each protocol; `more` is for every group. */
  function configuration(threads: number, more = ''): string {
    const groups = PEERS.flatMap((peer) =>
      PROTOCOLS.map((protocol) => {
        const server = peers.get(peer)!.servers[protocol];
        return `  ${peer}-${protocol}: { servers: ["${server}"], ca: ${shown.authority.file}${more} }`;
      }),
    );
    const views = PROTOCOLS.map((protocol, i) => {
      const routes = PEERS.map((peer) => `${peers.get(peer)!.domain}: ${peer}-${protocol}`);
      return `  ${protocol}: { clients: [127.0.${1 + i}.0/24], routes: { ${routes.join(', ')} } }`;
    });
    return `threads: ${threads}
acl: { query: { 127.0.0.0/8: allow } }
decisionLog: { to: decisions.log, record: all }
cache: { entries: 0 }
routes: { none.example: unbound-dot }
views:
${views.join('\n')}
upstreams:
${groups.join('\n')}
`;
  }

  const sourceFor = (protocol: Protocol) => `127.0.${1 + PROTOCOLS.indexOf(protocol)}.1`;

  /** Rcodes of the answers to names of a domain, asked all at once. */
  async function burst(server: Rcode5, protocol: Protocol, names: string[]): Promise<number[]> {
    const target = { address: '127.0.0.1', port: server.port, from: sourceFor(protocol) };
    const answers = names.map((name, id) => {
      const parts = { id, flags: RD, questions: [question(name)], additionals: [opt()] };
      return askUdp(target, message(parts));
    });
    return (await Promise.all(answers)).map((answer) => answer[3]! & 0x0f);
  }

  for (const threads of THREADS) {
    describe(`with threads: ${threads}`, () => {
      let server: Rcode5;

      before(async () => {
        server = await serve(new Site(configuration(threads)));
      });
      after(() => server?.program.stop());

      for (const peer of PEERS) {
        for (const protocol of PROTOCOLS) {
          it(`${peer} by ${protocol}: answers and refusals come back, and each refusal has its record`, async () => {
            const { domain, servers } = peers.get(peer)!;
            const refused = `refused.${domain}`;
            const names = Array.from({ length: BURST }, (_, i) =>
              i % 2 === 0 ? `n${i}.${domain}` : `n${i}.${refused}`,
            );
            const rcodes = await burst(server, protocol, names);
            expect(rcodes).to.deep.equal(names.map((_, i) => (i % 2 === 0 ? 0 : REFUSED)));
            const records = server.site.records().filter((record) => {
              const by = record.upstream?.address === servers[protocol];
              return by && record.event === 'refused';
            });
            expect(records).to.have.lengthOf(BURST / 2);
            for (const { layer, upstream, attempts } of records) {
              expect(layer).to.equal('upstream');
              expect(upstream).to.include({ transport: protocol, certificate: NAME });
              expect(attempts!.at(-1)).to.include({ transport: protocol, rcode: 'REFUSED' });
            }
            // One that was asked twice, because it was slow, may have refused twice.
            const counted = (await scrape(server, 'rcode5_upstream_refused_total')).filter(
              ({ labels }) => labels.includes(`"${servers[protocol]}"`),
            );
            const sum = counted.reduce((total, { value }) => total + value, 0);
            expect(sum).to.be.at.least(BURST / 2);
            const all = server.site.records().filter(({ event }) => event === 'refused');
            expect(await sumOf(server, 'rcode5_refused_total')).to.equal(all.length);
          });
        }
      }

      it('shows which of them are up, by which transport', async () => {
        const up = await scrape(server, 'rcode5_upstream_transport_up');
        const transports = up.map(({ labels, value }) => {
          return [/transport="(\w+)"/.exec(labels)![1], value].join(' ');
        });
        expect(transports.toSorted()).to.deep.equal([
          ...PEERS.map(() => 'doh 1'),
          ...PEERS.map(() => 'dot 1'),
        ]);
        expect(await scrape(server, 'rcode5_upstream_handshake_failures_total')).to.deep.equal([]);
      });

      it('goes on by other connections after a reload that trusts otherwise', async () => {
        const { site, program } = server;
        const { domain } = peers.get('unbound')!;
        const said = program.stderr.length;
        site.configure(configuration(threads, ', privacy: opportunistic'));
        program.signal('SIGHUP');
        const names = Array.from({ length: BURST }, (_, i) => `r${i}.${domain}`);
        const during = await burst(server, 'dot', names);
        await program.says(/reloaded policy=/, said);
        const after = await burst(server, 'dot', names);
        expect(new Set([...during, ...after])).to.deep.equal(new Set([0]));
        expect(site.records().at(-1)!.upstream).to.not.have.property('unverified');
      });
    });
  }

  it('explains by asking them, as the server would', async () => {
    const site = new Site(configuration(1));
    const { domain, servers } = peers.get('bind')!;
    const asked = ['--client', '127.0.2.1', '--name', `x.refused.${domain}`, '--live'];
    const args = [RCODE5, 'explain', '-c', site.config, ...asked, '--json'];
    const { stdout } = await run(process.execPath, args);
    const { decision, live } = JSON.parse(stdout);
    expect(decision, stdout).to.include({ rcode: 'REFUSED', layer: 'upstream' });
    expect(decision.upstream).to.include({ address: servers.doh, transport: 'doh' });
    expect(live).to.have.lengthOf(1);
    expect(live[0].question).to.include({ rcode: 'REFUSED' });
  });

  it('comes back to one that was killed and started again', async () => {
    const own = await startEncryptedUnbound(shown);
    const { domain, servers } = own;
    const server = await serve(
      new Site(`upstreams: { default: { servers: ["${servers.dot}"], ca: ${shown.authority.file}, timeout: 500ms } }
cache: { entries: 0 }
`),
    );
    const ask = async () => (await dig(server.port, `x.${domain}`)).status;
    expect(await ask()).to.equal('NOERROR');
    own.peer.program.kill();
    await own.peer.program.ended;
    const failed = await dig(server.port, '+ednsopt=15', `x.${domain}`);
    expect(failed).to.include({ status: 'SERVFAIL' });
    expect(failed.ede).to.have.lengthOf(1);
    const [record] = server.site.records().filter(({ event }) => event === 'failed');
    expect(record!.attempts!.at(-1)).to.include({
      transport: 'dot',
      rcode: 'no TCP connection: ECONNREFUSED',
    });
    await startEncryptedUnbound(shown, own.ports);
    await server.program.until('recovery', async () => {
      return (await ask()) === 'NOERROR' ? true : undefined;
    });
  });
});
