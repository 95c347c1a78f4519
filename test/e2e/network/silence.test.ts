import { expect } from 'chai';
import { askUdp } from '../../world/client.ts';
import { Flag, message, question, record, TO_QUESTION, TYPE } from '../../world/messages.ts';
import { answerTo, type Script, Upstream } from '../../world/upstream.ts';
import { inTurn } from '../../world/whole.ts';
import { cleanUp } from '../processes.ts';
import { type Rcode5, Site, scrape, serve } from '../rcode5.ts';
import { askMany, type Questions, tally } from './asking.ts';
import { SHELLS } from './shells.ts';

const silent: Script = () => undefined;
const answers: Script = ({ octets }) => answerTo(octets);
/** Queries that find out whether an upstream is asked again, and milliseconds between them. */
const TRIES = 200;
const PAUSE_MS = 100;
/** An upstream that comes and goes: how long its phases are, in queries and milliseconds for each. */
const SEED = 12;
const PHASES = 6;
const PHASE_GAP_MS = 15;

/** Between 20 and 83 queries a phase, the same for the same seed. */
function phaseCounts(seed: number): number[] {
  let state = seed;
  return Array.from({ length: PHASES }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return 20 + (state >>> 26);
  });
}

for (const [variant, { shell, threads }] of SHELLS.entries()) {
  describe(`e2e: silence before ${shell}`, () => {
    const it = inTurn(variant, SHELLS.length);
    const upstreams: Upstream[] = [];
    let server: Rcode5;

    afterEach(async () => {
      for (const upstream of upstreams.splice(0)) upstream.close();
      await cleanUp();
    });

    async function upstream(script: Script): Promise<Upstream> {
      const started = await Upstream.start(script);
      upstreams.push(started);
      return started;
    }

    async function forward(group: string, cache = '{ entries: 0 }'): Promise<void> {
      server = await serve(
        new Site(`threads: ${threads}
cache: ${cache}
upstreams: { default: ${group} }
`),
      );
    }

    const ask = (questions: Omit<Questions, 'address' | 'port'>) =>
      askMany({ address: '127.0.0.1', port: server.port, ...questions });

    async function isUp({ port }: Upstream): Promise<boolean> {
      const samples = await scrape(server, 'rcode5_upstream_up');
      return samples.find(({ labels }) => labels.includes(`:${port}"`))?.value === 1;
    }

    /** Asks until the upstream counts as down. */
    async function untilDown(one: Upstream): Promise<void> {
      await server.program.until('a server that is down', async () => {
        await ask({ count: 3, prefix: 'silence', gapMs: 1, patienceMs: 1500 });
        return (await isUp(one)) ? undefined : true;
      });
    }

    /** Asks until the upstream is asked, too. */
    async function expectAsked(one: Upstream): Promise<void> {
      const before = one.asked.length;
      for (let i = 0; i < TRIES && one.asked.length === before; i++) {
        await ask({ count: 1, prefix: `back${i}-`, gapMs: PAUSE_MS, patienceMs: 2000 });
      }
      expect(one.asked.length, 'questions').to.be.above(before);
    }

    it('asks an upstream again that answers clients alone, also with stale answers', async () => {
      const one = await upstream(answers);
      one.ignoresSelfQueries = true;
      const config = `{ servers: ["${one.server}"], timeout: 200ms, attempts: 1 }`;
      await forward(config, '{ entries: 1000, maxTtl: 1s, serveStale: 1d }');
      expect(tally(await ask({ count: 5, prefix: 'kept' }))).to.deep.equal({ NOERROR: 5 });
      one.script = silent;
      await untilDown(one);
      one.script = answers;
      const before = one.asked.length;
      for (let i = 0; i < TRIES && one.asked.length === before; i++) {
        await ask({ count: 5, prefix: 'kept', gapMs: PAUSE_MS / 5 });
      }
      expect(one.asked.length, 'questions').to.be.above(before);
      await server.program.until('a server that is up', async () => {
        await ask({ count: 1, prefix: 'kept' });
        return (await isUp(one)) ? true : undefined;
      });
    });

    it('asks the first of a sequence again that answers clients alone', async () => {
      const [first, second] = [await upstream(answers), await upstream(answers)];
      first.ignoresSelfQueries = true;
      const servers = `["${first.server}", "${second.server}"]`;
      await forward(`{ servers: ${servers}, timeout: 200ms, strategy: sequential }`);
      first.script = silent;
      await untilDown(first);
      first.script = answers;
      await expectAsked(first);
    });

    it('has an answer for a client of TCP from an upstream that has no TCP', async () => {
      const one = await upstream(answers);
      one.refuseTcp();
      await forward(`{ servers: ["${one.server}"], timeout: 1s }`);
      const outcomes = await ask({ count: 10, prefix: 'tcp', transport: 'tcp' });
      expect(tally(outcomes)).to.deep.equal({ NOERROR: 10 });
      expect(await isUp(one)).to.equal(true);
    });

    it('passes on an answer that comes after the timeout of its attempt', async () => {
      const { server: address } = await upstream(({ octets, reply }) => {
        setTimeout(() => reply(answerTo(octets)), 2500).unref();
        return undefined;
      });
      await forward(`{ servers: ["${address}"], timeout: 2s, attempts: 2 }`);
      const outcomes = await ask({ count: 5, prefix: 'late' });
      expect(tally(outcomes)).to.deep.equal({ NOERROR: 5 });
    });

    it('reads datagrams of any size', async () => {
      // Nine records of a kilobyte: more than any server was told to send.
      const txt = record(
        TO_QUESTION,
        TYPE.TXT,
        new Array(4).fill([250, ...new Array(250).fill(120)]).flat(),
      );
      const { server: address } = await upstream(({ octets }) =>
        answerTo(octets, { answers: new Array(9).fill(txt) }),
      );
      await forward(`{ servers: ["${address}"], timeout: 1s }`);
      const query = message({
        id: 3,
        flags: Flag.RD,
        questions: [question('large.example.com', TYPE.TXT)],
      });
      const answer = await askUdp({ address: '127.0.0.1', port: server.port }, query);
      expect(answer[3]! & 0x0f, 'rcode').to.equal(0);
      expect(answer[2]! & 0x02, 'TC').to.equal(0x02);
    });

    it('loses no more than is asked while its upstream is away', async () => {
      const one = await upstream(answers);
      await forward(`{ servers: ["${one.server}"], timeout: 400ms, attempts: 2 }`);
      const outcomes: ReturnType<typeof ask>[] = [];
      const counts = phaseCounts(SEED);
      for (const [phase, count] of counts.entries()) {
        const isAway = phase % 2 === 1;
        one.script = isAway ? silent : answers;
        one.ignoresSelfQueries = isAway;
        const asked = ask({ count, prefix: `phase${phase}-` });
        outcomes.push(asked);
        await new Promise((resolve) => setTimeout(resolve, count * PHASE_GAP_MS));
      }
      const { NOERROR = 0 } = tally((await Promise.all(outcomes)).flat());
      const there = counts.filter((_, phase) => phase % 2 === 0);
      expect(NOERROR).to.be.at.least(there.reduce((sum, count) => sum + count));
    });
  });
}
