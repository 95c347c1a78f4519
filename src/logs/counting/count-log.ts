/** Counts the records of a log's parts for a report, on several cores when there is much of it. */

import { closeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type FilterTexts, parseFilter } from '../../observe/decision-filter.ts';
import { startThread } from '../../program-files.ts';
import { divide } from '../log-parts.ts';
import type { LogPart } from '../range-lines.ts';
import { countParts, type Shared, type Unreadable } from './count-parts.ts';
import { MergedReport } from './merged-report.ts';
import { type Count, type Counted, ReportCounter } from './report-counter.ts';

/** Octets of a piece that a thread takes, and those for which another thread is worth its start. */
const PIECE = 8 << 20;
const PER_THREAD = 48 << 20;
const MOST_THREADS = 4;
/** Milliseconds between two looks at threads that are still counting. */
const LOOK_MS = 100;
const HEAP_MB = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

/** What is counted, and how many rows of a table are wanted. */
export interface CountRequest extends Counted {
  /** As `parseFilter` takes them, seen from `now` in milliseconds since the epoch. */
  readonly options: FilterTexts;
  readonly now: number;
  readonly rows: number;
}

/** What a thread is started with, and its answer. */
export interface CountThreadStart {
  readonly parts: readonly LogPart[];
  readonly counted: Counted;
  readonly options: FilterTexts;
  readonly now: number;
  readonly shared: Shared;
  readonly thread: number;
}

export interface FromCountThread {
  readonly count: Count;
  readonly unreadable: readonly Unreadable[];
}

export interface CountedLog {
  readonly report: MergedReport;
  /** Records that were read, also those that do not match. */
  readonly read: number;
  readonly skipped: number;
  readonly lost: number;
  readonly unreadable: readonly Unreadable[];
}

/** How far it has come. */
export interface Counting {
  octets: number;
  records: number;
}

/** Counts; `look` is told how far it has come. Rejects when the disk is full, say. */
export async function countLog(
  request: CountRequest,
  parts: readonly LogPart[],
  look: (counting: Counting) => void,
): Promise<CountedLog> {
  const pieces = divide(parts, PIECE);
  const octets = pieces.reduce((sum, { length }) => sum + length, 0);
  const threads = Math.max(
    1,
    Math.min(availableParallelism(), MOST_THREADS, Math.floor(octets / PER_THREAD)),
  );
  const shared: Shared = {
    next: new Int32Array(new SharedArrayBuffer(4)),
    done: new Float64Array(new SharedArrayBuffer(16 * threads)),
  };
  const seen = () => look(seenOf(shared));
  const others = Array.from({ length: threads - 1 }, (_, i) =>
    countBeside(request, pieces, shared, i + 1),
  );
  const timer = setInterval(seen, LOOK_MS);
  let counts: readonly Count[] = [];
  try {
    const counter = createCounter(request);
    const own = await countParts(pieces, counter, shared, 0, seen);
    // It ends with its answer, and gives its memory back before what it has on disk is read.
    const answers = await Promise.all(others);
    counts = [counter.finish(), ...answers.map(({ count }) => count)];
    return {
      report: new MergedReport(counts, request),
      read: sum(counts, 'read'),
      skipped: sum(counts, 'skipped'),
      lost: sum(counts, 'lost'),
      unreadable: distinct([...own, ...answers.flatMap(({ unreadable }) => unreadable)]),
    };
  } finally {
    clearInterval(timer);
    for (const { descriptor } of counts) if (descriptor >= 0) closeSync(descriptor);
  }
}

/** Counts what is not in parts of files, in one thread. */
export async function countOctets(
  request: CountRequest,
  octets: AsyncIterable<Buffer>,
  look: (counting: Counting) => void,
): Promise<CountedLog> {
  const counter = createCounter(request);
  const counting = { octets: 0, records: 0 };
  try {
    for await (const lines of octets) {
      counter.add(lines, 0);
      counting.octets += lines.length;
      counting.records = counter.read;
      look(counting);
    }
    const count = counter.finish();
    const { read, skipped, lost } = count;
    return { report: new MergedReport([count], request), read, skipped, lost, unreadable: [] };
  } finally {
    counter.close();
  }
}

function createCounter({ options, now, ...counted }: CountRequest): ReportCounter {
  const filter = parseFilter(options, now);
  if (typeof filter === 'string') throw new TypeError(filter);
  return new ReportCounter(counted, filter);
}

function countBeside(
  { options, now, by, event, seed }: CountRequest,
  parts: readonly LogPart[],
  shared: Shared,
  thread: number,
): Promise<FromCountThread> {
  const start: CountThreadStart = {
    ...{ parts, counted: { by, event, seed }, options, now, shared, thread },
  };
  const worker = startThread(import.meta.url, './count-thread', {
    workerData: start,
    resourceLimits: HEAP_MB,
    // What it has on disk is read here, when it has ended.
    trackUnmanagedFds: false,
  });
  const answer = new Promise<FromCountThread>((resolve, reject) => {
    let answered: FromCountThread | undefined;
    worker.once('message', (message: FromCountThread) => {
      answered = message;
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      if (answered === undefined) reject(new Error('a thread that counts has ended'));
      else resolve(answered);
    });
  });
  // It may fail while this one still counts: then it is told of when that is done.
  answer.catch(() => {});
  return answer;
}

function seenOf({ done }: Shared): Counting {
  let [octets, records] = [0, 0];
  for (let i = 0; i < done.length; i += 2) {
    octets += done[i]!;
    records += done[i + 1]!;
  }
  return { octets, records };
}

function sum(counts: readonly Count[], key: 'read' | 'skipped' | 'lost'): number {
  return counts.reduce((all, count) => all + count[key], 0);
}

/** A file is told of once. */
function distinct(unreadable: readonly Unreadable[]): Unreadable[] {
  return [...new Map(unreadable.map((one) => [one.path, one])).values()];
}
