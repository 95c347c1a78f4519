/** dnsperf: the load, and proof that the answers were the right ones. */

import type { Question } from './first-answer.ts';
import { run } from './run.ts';

/** As many clients as sockets or connections, unless a work says otherwise. */
export const CLIENTS = 8;
/** Queries under way at a time: fewer than what the default receive buffer of a socket holds. */
const OUTSTANDING = '150';
/** Sockets that one thread of dnsperf can have are 256. */
const SOCKETS_OF_THREAD = 250;
/** Parts of the queries that may stay without an answer, and of the answers that may differ. */
const MAX_LOST = 0.01;
const MAX_DEVIATION = 0.01;

/** What is asked, and what the answers must be. */
export interface Load {
  /** A file with a name and a type on each line. */
  readonly queries: string;
  readonly transport: 'udp' | 'tcp' | 'dot' | 'doh' | 'handshakes';
  /** Of requests by HTTP. */
  readonly method?: 'GET' | 'POST';
  /** Of handshakes: whether each begins a session, or resumes one. */
  readonly sessions?: 'full' | 'resumed';
  /** Who asks. */
  readonly source: string;
  readonly clients?: number;
  /** Queries in a second; as many as are answered when left out. */
  readonly rate?: number;
  /** Whether the time of each answer is wanted. */
  readonly isTimed?: boolean;
  /** By its answer a server is known to be ready. */
  readonly ready: Question;
  /** The part of the answers that must have each response code. */
  readonly expected: Readonly<Record<string, number>>;
}

export interface LoadResult {
  readonly sent: number;
  readonly completed: number;
  readonly seconds: number;
  readonly perSecond: number;
}

interface Statistics extends LoadResult {
  /** Milliseconds that each answer took, when the load is timed. */
  readonly latencies: readonly number[];
  /** Answers by the name of their response code. */
  readonly rcodes: ReadonlyMap<string, number>;
}

/** Loads a server for some seconds. Rejects when the answers are not what they must be. */
export async function load(
  { queries, transport, source, clients = CLIENTS, rate, isTimed = false, expected }: Load,
  { port, seconds, cores }: { port: number; seconds: number; cores: string },
): Promise<Statistics> {
  const { ok, output } = await run('taskset', [
    ...['-c', cores, 'dnsperf', '-W', '-m', transport, '-s', '127.0.0.1', '-p', `${port}`],
    ...['-a', source, '-d', queries, '-l', `${seconds}`, '-c', `${clients}`],
    ...['-q', OUTSTANDING],
    ...['-T', `${Math.ceil(clients / SOCKETS_OF_THREAD)}`],
    ...(rate === undefined ? [] : ['-Q', `${rate}`]),
    ...(isTimed ? ['-v'] : []),
  ]);
  if (!ok) throw new Error(`dnsperf failed: ${output.trim().slice(-300)}`);
  const result = parseStatistics(output);
  assertExpected(result, expected);
  return result;
}

/** Reads what dnsperf prints at its end. */
export function parseStatistics(output: string): Statistics {
  const number = (label: string): number => {
    const found = new RegExp(`${label}:\\s+([\\d.]+)`).exec(output);
    if (found === null) throw new Error(`dnsperf did not say its "${label}"`);
    return Number(found[1]);
  };
  const codes = /Response codes:(.*)/.exec(output)?.[1] ?? '';
  return {
    // A line for each answer: "> NOERROR www.example.com. A 0.000123", in seconds.
    latencies: [...output.matchAll(/^> \w+ \S+ \S+ (\d+\.\d+)$/gm)].map(
      ([, time]) => Number(time) * 1000,
    ),
    sent: number('Queries sent'),
    completed: number('Queries completed'),
    seconds: number('Run time \\(s\\)'),
    perSecond: number('Queries per second'),
    rcodes: new Map(
      [...codes.matchAll(/(\w+) (\d+) \(/g)].map(([, name, count]) => [name!, Number(count)]),
    ),
  };
}

/** Throws when answers are missing or are not what was to be answered. */
export function assertExpected(
  { sent, completed, rcodes }: Statistics,
  expected: Load['expected'],
): void {
  if (completed === 0 || sent - completed > sent * MAX_LOST) {
    throw new Error(`${sent - completed} of ${sent} queries had no answer`);
  }
  for (const rcode of new Set([...rcodes.keys(), ...Object.keys(expected)])) {
    const part = (rcodes.get(rcode) ?? 0) / completed;
    const wanted = expected[rcode] ?? 0;
    if (Math.abs(part - wanted) <= MAX_DEVIATION) continue;
    throw new Error(`${percent(part)} of the answers were ${rcode}; expect ${percent(wanted)}`);
  }
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}
