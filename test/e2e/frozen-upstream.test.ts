import { expect } from 'chai';
import { askUdp } from '../world/client.ts';
import { few } from '../world/control.ts';
import { Flag, message, question } from '../world/messages.ts';
import { type Peer, startNsd } from './peers.ts';
import { cleanUp, describeWith } from './processes.ts';
import { type Rcode5, Site, scrape, serve } from './rcode5.ts';

const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
*.www A 192.0.2.80
`;
const NOERROR = 0;
/** Queries at a time. */
const WINDOW = 20;

describeWith(['nsd'], 'e2e: one of two upstreams frozen', () => {
  let first: Peer;
  let second: Peer;
  let server: Rcode5;
  let count = 0;

  before(async () => {
    [first, second] = await Promise.all([
      startNsd('example.com', ZONE),
      startNsd('example.com', ZONE),
    ]);
    server = await serve(
      new Site(`threads: 1
upstreams: { default: { servers: ["127.0.0.1:${first.port}", "127.0.0.1:${second.port}"] } }
decisionLog: { to: decisions.log, record: all }
`),
    );
  });
  // A frozen program cannot end.
  after(() => first?.program.signalAll('SIGCONT'));
  after(cleanUp);

  /** Asks for names that are in no cache; the records say how long each took. */
  async function ask(queries: number): Promise<number[]> {
    const before = server.site.records().length;
    let left = queries;
    const client = async () => {
      while (left-- > 0) {
        const name = `n${++count}.www.example.com`;
        const query = message({ id: count, flags: Flag.RD, questions: [question(name)] });
        const answer = await askUdp({ address: '127.0.0.1', port: server.port }, query);
        expect(answer[3]! & 0x0f).to.equal(NOERROR);
      }
    };
    await Promise.all(Array.from({ length: WINDOW }, client));
    return server.site
      .records()
      .slice(before)
      .map(({ elapsedMs }) => elapsedMs);
  }

  async function isUp(peer: Peer): Promise<boolean> {
    const samples = await scrape(server, 'rcode5_upstream_up');
    return samples.find(({ labels }) => labels.includes(String(peer.port)))?.value === 1;
  }

  it('delays few queries', async () => {
    const control = await ask(200);
    expect(control).to.have.lengthOf(200);
    first.program.signalAll('SIGSTOP');
    const times = await ask(2000);
    const most = few(200, Math.max(...control));
    const slow = times.filter((time) => time > most);
    expect(slow.length, `slow: ${slow}`).to.be.at.most(times.length / 100);
    expect(await isUp(first)).to.equal(false);
    expect(await isUp(second)).to.equal(true);
  });

  it('is asked again when it has answered a check', async () => {
    first.program.signalAll('SIGCONT');
    await server.program.until('recovery', async () => ((await isUp(first)) ? true : undefined));
    await ask(20);
    const { upstream } = server.site.records().at(-1)!;
    expect(upstream?.address).to.equal(`127.0.0.1:${first.port}`);
  });
});
