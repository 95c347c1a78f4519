import { expect } from 'chai';
import { dig } from './dig.ts';
import { type Peer, startUnbound } from './peers.ts';
import { cleanUp, describeWith } from './processes.ts';
import { type Rcode5, Site, scrape, serve } from './rcode5.ts';

/** What it holds, and what it would rather not talk of. */
const ZONES = [
  'local-zone: "example." static',
  'local-data: "ok.example. A 192.0.2.1"',
  'local-zone: "blocked.example." always_refuse',
];

describeWith(['unbound', 'dig'], 'e2e: why Unbound refuses', () => {
  let peers: Readonly<Record<'open' | 'closed' | 'asked', Peer>>;
  let server: Rcode5;
  let count = 0;

  before(async () => {
    const [open, closed, asked] = await Promise.all([
      startUnbound(ZONES),
      startUnbound([...ZONES, 'access-control: 127.0.0.0/8 refuse']),
      startUnbound([
        'local-zone: "." static',
        'local-zone: "asked.example." always_refuse',
        'identity: "ns7"',
        'hide-version: yes',
      ]),
    ]);
    peers = { open, closed, asked };
    server = await serve(
      // One thread, so that all questions are in one memory.
      new Site(`threads: 0
upstreams:
  open: { servers: ["127.0.0.1:${open.port}"] }
  closed: { servers: ["127.0.0.1:${closed.port}"] }
  asked: { servers: ["127.0.0.1:${asked.port}"], probe: 600 }
  both: { servers: ["127.0.0.1:${closed.port}", "127.0.0.1:${open.port}"] }
routes: { asked.example: asked, ok.example: both, blocked.example: open, example: closed }
decisionLog: { to: decisions.log, record: all }
`),
    );
  });
  after(cleanUp);

  async function recordOf(name: string, status: string) {
    const shown = await dig(server.port, name);
    expect(shown.status).to.equal(status);
    return server.site.records().findLast(({ qname }) => qname === `${name}.`)!;
  }

  it('tells a closed door from the answer of the server beside it', async () => {
    const first = await recordOf('a.example', 'REFUSED');
    expect(first.upstream).to.include({ verdict: 'client-acl', scope: 'server' });
    expect(first.upstream?.evidence).to.match(/^no question in the response\b/);
    const answered = await recordOf('ok.example', 'NOERROR');
    expect(answered.upstream?.address).to.equal(`127.0.0.1:${peers.open.port}`);
    const { upstream } = await recordOf('b.example', 'REFUSED');
    expect(upstream?.verdict).to.equal('client-acl');
    expect(upstream?.evidence).to.contain('it alone refuses');
  });

  it('tells a refused name from a closed door', async () => {
    const { upstream } = await recordOf('www.blocked.example', 'REFUSED');
    expect(upstream).to.deep.include({
      address: `127.0.0.1:${peers.open.port}`,
      ra: true,
      verdict: 'name-policy',
      confidence: 'high',
    });
    expect(upstream?.evidence).to.match(
      /^AA=1: the refusal is its own, as of a local zone; \d+ questions? for other names answered lately; Unbound sets AA=1 in the refusals of its local zones/,
    );
  });

  it('asks control questions, so that the next refusals are told better', async () => {
    const first = await recordOf('a.asked.example', 'REFUSED');
    expect(first.upstream).to.deep.include({ verdict: 'name-policy', confidence: 'medium' });
    const told = await server.program.until('answers', async () => {
      const name = `n${++count}.asked.example`;
      const { upstream } = await recordOf(name, 'REFUSED');
      return upstream?.evidence.includes('2 questions') ? upstream : undefined;
    });
    // The name that finds loops and the root are answered, the name with another type refused.
    expect(told).to.deep.include({ verdict: 'name-policy', confidence: 'medium' });
    expect(told.evidence).to.equal(
      'AA=1: the refusal is its own, as of a local zone; 2 questions for other names answered lately; id.server is "ns7"',
    );
  });

  it('counts them apart', async () => {
    const samples = await scrape(server, 'rcode5_upstream_refused_total');
    const labels = samples.map((sample) => sample.labels);
    expect(labels).to.include.members([
      `upstream="127.0.0.1:${peers.closed.port}",verdict="client-acl",scope="server"`,
      `upstream="127.0.0.1:${peers.open.port}",verdict="name-policy",scope="name"`,
    ]);
  });
});
