/** The same load on several servers in turn: what each does in a second, and what it costs. */

import { type Bench, say } from './bench.ts';
import type { Identity } from './certificate.ts';
import { type Contestant, entrants, isInstalled, type Running, start, stop } from './contestant.ts';
import { type Load, type LoadResult, load } from './dnsperf.ts';
import { loadByHttps } from './h2load.ts';
import { loadByHandshakes } from './handshakes.ts';
import { assertLogged, takeLines } from './log-lines.ts';
import { median } from './median.ts';
import { cpuSeconds, type Memory, memoryOf, runSeconds } from './proc.ts';
import { startNsd } from './servers/nsd.ts';
import { startTlsUpstream } from './servers/tls-upstream.ts';
import { touchMemory } from './touched-memory.ts';

export interface Contest {
  readonly contestants: readonly Contestant[];
  readonly load: Load;
  /** Whether the upstream must get every query, or none once the caches are warm. */
  readonly upstream?: 'asked' | 'idle';
  /** What the upstream shows, which is then asked by TLS. */
  readonly identity?: Identity;
  /** The part of the queries that contestants with a log must have logged. */
  readonly logged?: number;
}

/** Medians of what was measured. */
export interface Measured {
  readonly perSecond: number;
  /** Microseconds of CPU a query. */
  readonly cpuMicros: number;
  /** The part of the time in which it had a core. */
  readonly busy: number;
  /** After the last measurement. */
  readonly memory: Memory;
}

/** What came of one contestant: measurements, or the reason why there are none. */
export interface Row {
  readonly label: string;
  readonly peer: string | undefined;
  readonly measured?: Measured;
  /** Of another build, to this one. */
  readonly ratios?: Ratios | undefined;
  readonly problem?: string;
}

/** Medians of what one build did in a round by what the other did in it: above 1, this is better. */
export interface Ratios {
  /** This build's queries per second by those of the other. */
  readonly perSecond: number;
  /** The other's CPU for a query by that of this build. */
  readonly cpu: number;
  /** The other's resident memory by that of this build. */
  readonly resident: number;
}

interface Sample {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly busy: number;
}

const LOADS = {
  udp: load,
  tcp: load,
  dot: load,
  doh: loadByHttps,
  handshakes: loadByHandshakes,
};

/** What caches and compilers get to warm up: V8 compiles for seconds, in threads of its own. */
const WARM_UP_SECONDS = 5;
/** Microseconds of the upstream's CPU a query: what no answer takes less than, none more than. */
const ASKED_MICROS = 1;
const IDLE_MICROS = 0.3;
/** The part of a core that it takes when nobody asks: much, for each of few queries. */
const IDLE_PART = 0.003;

/**
 * Measures all contestants in turn, again and again, so that what disturbs the machine disturbs
 * them alike. Who gives wrong answers is out.
 */
export async function compare(bench: Bench, contest: Contest): Promise<Row[]> {
  const wanted = entrants(contest.contestants, bench);
  const missing = contest.upstream && missingUpstream(bench, contest);
  if (missing !== undefined) return wanted.map((one) => ({ ...rowOf(one), problem: missing }));
  const upstream = contest.upstream && (await startUpstream(bench, contest));
  const entries = wanted.map((one) => new Entry(one, { bench, contest, upstream }));
  if (contest.logged !== undefined) touchMemory(bench.folder);
  try {
    for (const entry of entries) await entry.start();
    for (let rep = 0; rep < bench.options.reps; rep++) {
      // There and back: what slows the machine down or warms it up falls on both ends alike.
      for (const entry of rep % 2 === 0 ? entries : entries.toReversed()) await entry.measure();
    }
    return entries.map((entry) => entry.row(entries));
  } finally {
    for (const entry of entries) await entry.stop();
    if (upstream !== undefined) await stop(upstream);
  }
}

function missingUpstream({ programs }: Bench, { identity }: Contest): string | undefined {
  const needed = identity === undefined ? 'nsd' : 'unbound';
  return programs.has(needed) ? undefined : `${needed} is not installed`;
}

function startUpstream(bench: Bench, { identity }: Contest): Promise<Running> {
  return identity === undefined ? startNsd(bench) : startTlsUpstream(bench, identity);
}

/** One contestant's way through a contest. */
class Entry {
  readonly #contestant: Contestant;
  readonly #bench: Bench;
  readonly #contest: Contest;
  readonly #upstream: Running | undefined;
  readonly #samples: Sample[] = [];
  #running: Running | undefined;
  #problem: string | undefined;

  constructor(
    contestant: Contestant,
    of: { bench: Bench; contest: Contest; upstream: Running | undefined },
  ) {
    this.#contestant = contestant;
    this.#bench = of.bench;
    this.#contest = of.contest;
    this.#upstream = of.upstream;
    if (!isInstalled(contestant, of.bench)) this.#problem = 'not installed';
  }

  async start(): Promise<void> {
    await this.#attempt(async () => {
      const question = this.#asked.ready;
      const upstream = this.#upstream?.port;
      this.#running = await start(this.#contestant, this.#bench, { question, upstream });
      const { isQuick, seconds } = this.#bench.options;
      await this.#load(isQuick ? seconds : WARM_UP_SECONDS);
      this.#takeLines();
    });
  }

  async measure(): Promise<void> {
    await this.#attempt(async () => {
      const { pid } = this.#running!.program;
      const before = cpuSeconds(pid);
      const upstreamBefore = this.#upstreamSeconds();
      const result = await this.#load(this.#bench.options.seconds);
      const cpu = cpuSeconds(pid) - before;
      const { completed, seconds, perSecond } = result;
      this.#assertUpstream(this.#upstreamSeconds() - upstreamBefore, result);
      assertLogged(this.#takeLines(), this.#wantedLines(completed));
      const cpuMicros = (cpu / completed) * 1e6;
      this.#samples.push({ perSecond, cpuMicros, busy: cpu / seconds });
      const { label } = this.#contestant;
      say(`  ${label}: ${perSecond.toFixed(0)} queries/s, ${cpuMicros.toFixed(2)} µs/query`);
    });
  }

  /** What came of it, also beside that of the other `entries` which it is compared with. */
  row(entries: readonly Entry[]): Row {
    const row = rowOf(this.#contestant);
    if (this.#problem !== undefined) return { ...row, problem: this.#problem };
    const middle = (key: keyof Sample) => median(this.#samples.map((sample) => sample[key]));
    const measured = {
      perSecond: middle('perSecond'),
      cpuMicros: middle('cpuMicros'),
      busy: middle('busy'),
      memory: memoryOf(this.#running!.program.pid),
    };
    const besides = entries.find((entry) => entry.#contestant.label === this.#contestant.besides);
    return { ...row, measured, ...(besides && { ratios: this.#ratiosOf(besides) }) };
  }

  /** Round by round, since what disturbs a round disturbs both. */
  #ratiosOf(besides: Entry): Ratios | undefined {
    if (besides.#samples.length !== this.#samples.length) return undefined;
    const ratio = (of: (own: Sample, its: Sample) => number) =>
      median(this.#samples.map((sample, i) => of(besides.#samples[i]!, sample)));
    return {
      perSecond: ratio((own, its) => own.perSecond / its.perSecond),
      cpu: ratio((own, its) => its.cpuMicros / own.cpuMicros),
      resident: this.#resident / besides.#resident,
    };
  }

  async stop(): Promise<void> {
    if (this.#running !== undefined) await stop(this.#running);
    this.#running = undefined;
  }

  /** Does nothing for who is out already. */
  async #attempt(what: () => Promise<void>): Promise<void> {
    if (this.#problem !== undefined) return;
    try {
      await what();
    } catch (error) {
      this.#problem = (error as Error).message;
      say(`  ${this.#contestant.label}: ${this.#problem}`);
      this.#bench.failures.push(`${this.#contestant.label}: ${this.#problem}`);
      await this.stop();
    }
  }

  get #asked(): Load {
    return this.#contestant.load ?? this.#contest.load;
  }

  #load(seconds: number): Promise<LoadResult> {
    const { port, secure } = this.#running!;
    const { transport } = this.#asked;
    const isPlain = transport === 'udp' || transport === 'tcp';
    return LOADS[transport](this.#asked, {
      port: isPlain ? port : secure!,
      seconds,
      cores: this.#bench.cores.load,
    });
  }

  #takeLines(): number {
    const { log } = this.#contestant;
    return log === undefined ? 0 : takeLines(this.#running!.folder, log);
  }

  get #resident(): number {
    return this.#running === undefined ? Number.NaN : memoryOf(this.#running.program.pid).resident;
  }

  #wantedLines(completed: number): number {
    return this.#contestant.log === undefined ? 0 : completed * (this.#contest.logged ?? 0);
  }

  #upstreamSeconds(): number {
    return this.#upstream === undefined ? 0 : runSeconds(this.#upstream.program.pid);
  }

  #assertUpstream(cpu: number, { completed, seconds }: LoadResult): void {
    const micros = ((cpu - seconds * IDLE_PART) / completed) * 1e6;
    const wanted = this.#contest.upstream;
    if (wanted === 'asked' && micros < ASKED_MICROS) throw new Error('did not ask the upstream');
    if (wanted === 'idle' && micros > IDLE_MICROS) throw new Error('asked the upstream');
  }
}

function rowOf({ label, peer }: Contestant): Row {
  return { label, peer };
}
