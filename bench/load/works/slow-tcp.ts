/** Work: quick queries by TCP beside a slow one, of an upstream that answers in sequence. */

import type { Bench, Work } from '../bench.ts';
import { type Running, start, stop } from '../contestant.ts';
import { median } from '../median.ts';
import { UNCACHED } from '../names.ts';
import { dnsmasq } from '../servers/dnsmasq.ts';
import { rcode5 } from '../servers/rcode5.ts';
import { type SlowServer, startSlowServer } from '../slow-server.ts';
import { askByStream, type StreamAnswer } from '../stream-query.ts';
import { formatCount, formatRatio, formatTable } from '../table.ts';
import { ANSWERED } from './answering.ts';
import { NO_CACHE } from './forwarding.ts';

const QUICK = 100;
const SLOW_MS = 8000;
const REPS = 3;
const PATIENCE_MS = 20_000;
const SERVFAIL = 2;
/** Beside the slow query, a quick one is to take at most so many times as long. */
const REACH = 2;

export const slowTcp: Work = {
  name: 'slow-tcp',
  reps: REPS,
  about: `rcode5 alone, with \`threads: 1\`; its upstream, dnsmasq by \`tcp://\`, answers the queries of a
connection one after the other, and what is behind it takes ${SLOW_MS / 1000} s for one name. ${QUICK} queries by TCP for
other names, one after the other, each by a connection of its own: without the slow query, and while
it is under way. Beside it they are to take at most ${REACH} × as long, without a SERVFAIL.`,
  async run(bench) {
    if (!bench.programs.has('dnsmasq')) return 'Left out: dnsmasq is not installed.';
    const behind = await startSlowServer({ prefix: 'slow', ms: SLOW_MS });
    let sequential: Running | undefined;
    let forwarder: Running | undefined;
    try {
      const upstream = { ...dnsmasq({ cacheSize: 0 }), cores: bench.cores.upstream };
      sequential = await start(upstream, bench, { question: ANSWERED, upstream: behind.port });
      forwarder = await start(
        rcode5({
          lines: [...NO_CACHE, 'threads: 1'],
          server: (port) => `tcp://127.0.0.1:${port}`,
        }),
        bench,
        { question: ANSWERED, upstream: sequential.port },
      );
      return await measure(bench, { behind, port: forwarder.port });
    } finally {
      if (forwarder !== undefined) await stop(forwarder);
      if (sequential !== undefined) await stop(sequential);
      behind.close();
    }
  },
};

interface Place {
  readonly behind: SlowServer;
  /** Of the forwarder. */
  readonly port: number;
}

async function measure(bench: Bench, place: Place): Promise<string> {
  const reps = bench.options.isQuick ? 1 : REPS;
  const alone: StreamAnswer[][] = [];
  const beside: StreamAnswer[][] = [];
  for (let i = 0; i < reps; i++) {
    alone.push(await askQuick(place, `alone${i}`));
    beside.push(await askBeside(place, i));
  }
  return report(bench, { alone, beside });
}

async function askQuick({ port }: Place, prefix: string): Promise<StreamAnswer[]> {
  const answers: StreamAnswer[] = [];
  for (let i = 0; i < QUICK; i++) {
    const name = `${prefix}-${i}.${UNCACHED}`;
    answers.push(await askByStream({ name, port, patienceMs: PATIENCE_MS }));
  }
  return answers;
}

/** Quick queries while a slow one is under way, from when it has come to the end of the chain. */
async function askBeside(place: Place, run: number): Promise<StreamAnswer[]> {
  const { behind, port } = place;
  const before = behind.late();
  const name = `slow${run}.${UNCACHED}`;
  const slow = askByStream({ name, port, patienceMs: PATIENCE_MS });
  const deadline = Date.now() + PATIENCE_MS;
  while (behind.late() === before) {
    if (Date.now() > deadline) throw new Error('the slow query does not come to its end');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const answers = await askQuick(place, `beside${run}`);
  await slow;
  return answers;
}

function report(
  bench: Bench,
  runs: { alone: readonly StreamAnswer[][]; beside: readonly StreamAnswer[][] },
): string {
  const alone = summarize(runs.alone);
  const beside = summarize(runs.beside);
  const ratio = beside.milliseconds / alone.milliseconds;
  for (const { servfails, lost } of [alone, beside]) {
    if (servfails > 0) bench.failures.push(`slow-tcp: ${servfails} SERVFAIL`);
    if (lost > 0) bench.failures.push(`slow-tcp: ${lost} without an answer`);
  }
  if (!(ratio <= REACH)) {
    bench.failures.push(`slow-tcp: ${formatRatio(ratio)} as long beside a slow query`);
  }
  const row = (title: string, of: Summary) => [
    title,
    of.milliseconds.toFixed(2),
    of.slowest.toFixed(1),
    formatCount(of.servfails),
    formatCount(of.lost),
  ];
  return formatTable(
    ['quick queries', 'ms, median', 'ms, slowest', 'SERVFAIL', 'no answer', 'ratio'],
    [row('alone', alone), [...row('beside a slow one', beside), formatRatio(ratio)]],
  );
}

interface Summary {
  readonly milliseconds: number;
  readonly slowest: number;
  readonly servfails: number;
  readonly lost: number;
}

function summarize(runs: readonly StreamAnswer[][]): Summary {
  const timesOf = (run: readonly StreamAnswer[]) => run.map(({ milliseconds }) => milliseconds);
  const all = runs.flat();
  return {
    milliseconds: median(runs.map((run) => median(timesOf(run)))),
    slowest: median(runs.map((run) => Math.max(...timesOf(run)))),
    servfails: all.filter(({ rcode }) => rcode === SERVFAIL).length,
    lost: all.filter(({ rcode }) => rcode === undefined).length,
  };
}
