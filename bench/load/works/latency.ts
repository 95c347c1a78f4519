/** Work: how long single answers take at a fixed rate, right after the start and later. */

import { type Bench, say, type Work } from '../bench.ts';
import {
  type Contestant,
  entrants,
  isInstalled,
  type Running,
  start,
  stop,
} from '../contestant.ts';
import { type Load, load } from '../dnsperf.ts';
import { median } from '../median.ts';
import { DNSDIST_CACHE, dnsdist, dnsdistUpstream } from '../servers/dnsdist.ts';
import { startNsd } from '../servers/nsd.ts';
import { rcode5 } from '../servers/rcode5.ts';
import { unbound } from '../servers/unbound.ts';
import { formatCount, formatProblem, formatTable } from '../table.ts';
import { ANSWERED, cachedAnswers } from './answering.ts';

/** Queries a second, from which the slowest answers are at most a few. */
const RATES: readonly number[] = [5000, 20_000];
const QUANTILES: readonly number[] = [0.5, 0.99, 0.999];
const FIRST_SECONDS = 1;
/** Between the first second and the steady state. */
const SETTLING_SECONDS = 3;
/** The first second's 99th percentile may be so many times that of the steady state. */
const REACH = 3;

/** Milliseconds, for each quantile. */
interface Latencies {
  readonly first: readonly number[];
  readonly steady: readonly number[];
}

export const latency: Work = {
  name: 'latency',
  about: `A thousand names, of which the cache has all after the first second; the time of each answer, by \`dnsperf -v\`, at fixed rates. Each measurement is
of a server that has just been started: its first second of queries, from its first answer on, and then, after ${SETTLING_SECONDS} s of the same, the steady
state. The 99th percentile is to be at most dnsdist's, and in the first second at most ${REACH} × what it is later. Times in ms; those of dnsperf and of the kernel are in them.`,
  async run(bench) {
    if (!bench.programs.has('nsd')) return 'Left out: nsd is not installed.';
    const upstream = await startNsd(bench);
    try {
      const tables: string[] = [];
      for (const rate of RATES) {
        tables.push(
          `Queries a second: ${formatCount(rate)}\n\n${await table(bench, { rate, upstream })}`,
        );
      }
      return tables.join('\n\n');
    } finally {
      await stop(upstream);
    }
  },
};

interface Place {
  readonly rate: number;
  readonly upstream: Running;
}

async function table(bench: Bench, place: Place): Promise<string> {
  const { reps } = bench.options;
  const contestants = entrants(contestantsOf(), bench);
  const samples = new Map<string, Latencies[]>();
  const problems = new Map<string, string>();
  for (let rep = 0; rep < reps; rep++) {
    for (const one of contestants) {
      if (problems.has(one.label)) continue;
      const measured = await measure(one, bench, place);
      if (typeof measured === 'string') problems.set(one.label, measured);
      else samples.set(one.label, [...(samples.get(one.label) ?? []), measured]);
    }
  }
  const quantiles = QUANTILES.map((part) => `p${part * 100}`);
  return formatTable(
    [
      'server',
      ...quantiles,
      ...quantiles.map((name) => `first second ${name}`),
      'first ÷ steady p99',
    ],
    contestants.map(({ label }) => {
      const problem = problems.get(label);
      return problem === undefined
        ? row(label, samples.get(label)!)
        : [label, formatProblem(problem)];
    }),
  );
}

function row(label: string, samples: readonly Latencies[]): string[] {
  const steady = QUANTILES.map((_, i) => median(samples.map((sample) => sample.steady[i]!)));
  const first = QUANTILES.map((_, i) => median(samples.map((sample) => sample.first[i]!)));
  const p99 = QUANTILES.indexOf(0.99);
  const times = [...steady, ...first].map((time) => time.toFixed(3));
  return [label, ...times, `${(first[p99]! / steady[p99]!).toFixed(1)} ×`];
}

/** A text says why it cannot be. */
async function measure(one: Contestant, bench: Bench, place: Place): Promise<Latencies | string> {
  if (!isInstalled(one, bench)) return 'not installed';
  let running: Running | undefined;
  try {
    running = await start(one, bench, { question: ANSWERED, upstream: place.upstream.port });
    const { port } = running;
    const asked: Load = { ...cachedAnswers(bench, 'udp').load, rate: place.rate, isTimed: true };
    const ask = async (seconds: number) => {
      const { latencies } = await load(asked, { port, seconds, cores: bench.cores.load });
      return quantilesOf(latencies);
    };
    const first = await ask(FIRST_SECONDS);
    await ask(SETTLING_SECONDS);
    const steady = await ask(bench.options.seconds);
    say(
      `  ${one.label}: p99 ${first[1]!.toFixed(3)} ms at first, then ${steady[1]!.toFixed(3)} ms`,
    );
    return { first, steady };
  } catch (error) {
    const problem = (error as Error).message;
    bench.failures.push(`${one.label}: ${problem}`);
    return problem;
  } finally {
    if (running !== undefined) await stop(running);
  }
}

/** By the nearest rank. */
function quantilesOf(latencies: readonly number[]): number[] {
  const sorted = latencies.toSorted((a, b) => a - b);
  return QUANTILES.map((part) => sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN);
}

function contestantsOf(): Contestant[] {
  return [
    rcode5({ lines: ['threads: 1'] }),
    dnsdist({ lua: (site) => `${dnsdistUpstream(site)}\n${DNSDIST_CACHE}` }),
    unbound({}),
  ];
}
