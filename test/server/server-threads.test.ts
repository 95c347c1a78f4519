import { renameSync } from 'node:fs';
import { expect } from 'chai';
import { askTcp, askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { COMMON, forwardTo, ServedSite } from '../world/served-site.ts';
import { answerTo, Upstream } from '../world/upstream.ts';

const REFUSED = 5;
const STRANGER = '127.0.0.2';
/** Questions enough that every thread has some: the kernel spreads them by their names. */
const MANY = 24;

function query(name: string, id = 1): Uint8Array {
  return message({ id, flags: Flag.RD, questions: [question(name)] });
}

function rcodeOf(answer: Uint8Array): number {
  return answer[3]! & 0x0f;
}

/** Two threads for datagrams beside the main one, which has the connections. */
describe('server threads', () => {
  let site: ServedSite;
  let upstream: Upstream;
  before(async () => {
    site = new ServedSite();
    upstream = await Upstream.start();
    site.configure(forwardTo(upstream.server), COMMON.replace('threads: 0', 'threads: 2'));
    await site.start();
  });
  after(async () => {
    await site.close();
    upstream.close();
  });

  async function refusedTotal(): Promise<number> {
    const { body } = await site.http('/metrics');
    const counts = [...body.matchAll(/^rcode5_refused_total\{.*\} (\d+)$/gm)];
    return counts.reduce((total, [, count]) => total + Number(count), 0);
  }

  it('forward and pass answers back', async () => {
    for (const [i, ask] of [askUdp, askTcp].entries()) {
      const answer = await ask(site.target(), query(`${i}.example.com`, 0x1234 + i));
      expect([...answer]).to.deep.equal([...answerTo(query(`${i}.example.com`, 0x1234 + i))]);
    }
    expect(upstream.asked.map(({ transport }) => transport)).to.deep.equal(['udp', 'tcp']);
  });

  it('write a record for each refusal before it leaves, and count it', async () => {
    const before = { total: await refusedTotal(), records: site.records().length };
    for (let id = 1; id <= MANY; id++) {
      const answer = await askUdp(site.target(STRANGER), query(`${id}.example.com`, id));
      expect(rcodeOf(answer)).to.equal(REFUSED);
      const record = site.records().at(-1);
      expect(record).to.include({ event: 'refused', id, client: STRANGER, node: 'ns1.test' });
    }
    expect(site.records()).to.have.lengthOf(before.records + MANY);
    expect((await refusedTotal()) - before.total).to.equal(MANY);
    const prefixes = site.records().map(({ ref }) => String(ref).split('-')[0]);
    expect(new Set(prefixes.filter((prefix) => prefix !== 'undefined')).size).to.equal(2);
    const { decisions } = await site.json('/api/decisions?event=refused');
    expect(decisions).to.have.lengthOf(MANY);
  });

  it('take over another configuration', async () => {
    site.configure(
      forwardTo(upstream.server, '127.0.0.0/8: allow'),
      COMMON.replace('threads: 0', 'threads: 2'),
    );
    const { ok, policy } = await site.server.reload();
    expect(ok).to.equal(true);
    for (let id = 1; id <= MANY; id++) {
      expect(rcodeOf(await askUdp(site.target(STRANGER), query(`${id}.example.com`, id)))).to.equal(
        0,
      );
      expect(site.records().at(-1)).to.include({ policy });
    }
  });

  it('count the queries of a client together', async () => {
    site.configure(
      `${forwardTo(upstream.server)}rateLimit: { queriesPerSecond: 1, burst: 8, action: refuse }\n`,
      COMMON.replace('threads: 0', 'threads: 2'),
    );
    expect((await site.server.reload()).ok).to.equal(true);
    const rcodes: number[] = [];
    const start = performance.now();
    for (let id = 1; id <= MANY; id++) {
      rcodes.push(rcodeOf(await askUdp(site.target(), query(`${id}.example.com`, id))));
    }
    const seconds = Math.ceil((performance.now() - start) / 1000);
    const served = rcodes.filter((rcode) => rcode === 0);
    expect(served.length).to.be.within(8, 8 + seconds);
    const refused = rcodes.filter((rcode) => rcode === REFUSED);
    expect(served.length + refused.length).to.equal(MANY);
    const records = site.records().filter(({ layer }) => layer === 'rate-limit');
    expect(records).to.have.lengthOf(refused.length);
    // Both threads have refused some.
    expect(new Set(records.map(({ ref }) => String(ref).split('-')[0])).size).to.equal(2);
    site.configure(forwardTo(upstream.server), COMMON.replace('threads: 0', 'threads: 2'));
    await site.server.reload();
  });

  it('go on in a new decision log', async () => {
    renameSync(site.path('decisions.log'), site.path('decisions.log.1'));
    site.server.reopenLogs();
    // Each thread does so when it is woken.
    await askTcp(site.target(), query('www.example.com'));
    let count = 0;
    do {
      await askUdp(site.target(), query('www.example.com'));
      count = site.records().length;
    } while (count < 2);
    expect(site.records('decisions.log.1')).to.not.have.lengthOf(0);
  });

  it('answer queries in flight when the server closes', async () => {
    upstream.script = () => undefined;
    const before = upstream.asked.length;
    const asking = [1, 2, 3].map((id) => askUdp(site.target(), query('slow.example', id)));
    const asked = (await upstream.questions(before + 3)).slice(before);
    const closing = site.stop();
    for (const { octets, reply } of asked) reply(answerTo(octets));
    const answers = await Promise.all(asking);
    expect(answers.map(rcodeOf)).to.deep.equal([0, 0, 0]);
    await closing;
  });
});
