/**
 * Searching the decision log of a server, or the table that all servers write to: a thread of its
 * own does it, which ends when idle.
 */

import type { Worker } from 'node:worker_threads';
import { startThread } from '../program-files.ts';
import type { ClickhouseTable } from './clickhouse/client.ts';
import type { LogSummary, SummaryRequest } from './log-summary.ts';
import { SearchCancelled, type SearchPage, type SearchRequest } from './search.ts';

/** What the thread is started with. */
export interface LogThreadStart {
  /** The path of a log, or a table. */
  readonly from: string | ClickhouseTable;
  /** From 0, that of the process, to 19: only the CPU that nobody else wants. */
  readonly priority: number;
}

/** Messages to the thread. */
export type ToLogThread =
  | { readonly kind: 'search'; readonly number: number; readonly request: SearchRequest }
  | { readonly kind: 'summarize'; readonly number: number; readonly request: SummaryRequest }
  | { readonly kind: 'index'; readonly number: number }
  | ({ readonly kind: 'compress'; readonly number: number } & Compression)
  | { readonly kind: 'cancel'; readonly number: number }
  | { readonly kind: 'close' };

/** Messages from it. */
export type FromLogThread =
  | { readonly kind: 'page'; readonly number: number; readonly page: SearchPage }
  | { readonly kind: 'summary'; readonly number: number; readonly summary: LogSummary }
  | { readonly kind: 'done'; readonly number: number }
  | {
      readonly kind: 'failed';
      readonly number: number;
      readonly why: string;
      readonly isCancelled: boolean;
    };

interface Compression {
  readonly path: string;
  readonly compressed: string;
  readonly part: string;
}

/** Milliseconds without work after which the thread ends. */
const IDLE_MS = 30_000;
/** Searches at a time; more are turned away. */
const SEARCHES = 16;
const HEAP_MB = 256;
const LOWEST_PRIORITY = 19;

/** Too many search already. */
export class TooManySearches extends Error {}

interface Waiting {
  readonly worker: Worker;
  resolve(message: FromLogThread): void;
  reject(error: Error): void;
}

type Job<M = ToLogThread> = M extends { readonly number: number } ? Omit<M, 'number'> : never;

export class LogSearcher {
  readonly #start: LogThreadStart;
  readonly #waiting: Map<number, Waiting> = new Map();
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #number = 0;
  #isIndexing = false;

  /**
   * `from` is the path of the file that is written, or a table. Searching has the lowest priority;
   * compressing must not: a rotation waits for it.
   */
  constructor(from: string | ClickhouseTable, priority: number = LOWEST_PRIORITY) {
    this.#start = { from, priority };
  }

  /** Starts the thread, which takes longer than many a search, for a search that will come. */
  prepare(): void {
    if (this.#worker !== undefined) return;
    this.#started();
    if (this.#waiting.size === 0) this.#rest();
  }

  /** One page. Rejects with a TooManySearches or, when `signal` is aborted, a SearchCancelled. */
  async search(request: SearchRequest, signal?: AbortSignal): Promise<SearchPage> {
    const answer = await this.#ask({ kind: 'search', request }, signal);
    void this.index();
    return (answer as Extract<FromLogThread, { kind: 'page' }>).page;
  }

  /** Counts decisions. Rejects like `search`. */
  async summarize(request: SummaryRequest, signal?: AbortSignal): Promise<LogSummary> {
    const answer = await this.#ask({ kind: 'summarize', request }, signal);
    return (answer as Extract<FromLogThread, { kind: 'summary' }>).summary;
  }

  /** Indexes what has been written since the last time. */
  async index(): Promise<void> {
    if (this.#isIndexing || typeof this.#start.from !== 'string') return;
    this.#isIndexing = true;
    await this.#ask({ kind: 'index' })
      // Without an index a search reads more: nothing is lost.
      .catch(() => {})
      .finally(() => {
        this.#isIndexing = false;
      });
  }

  /** Compresses an old file. Rejects when that does not work. */
  async compress(compression: Compression, signal: AbortSignal): Promise<void> {
    await this.#ask({ kind: 'compress', ...compression }, signal);
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    // The process must not end before the thread has.
    worker.ref();
    worker.postMessage({ kind: 'close' } satisfies ToLogThread);
    await ended;
  }

  async #ask(job: Job, signal?: AbortSignal): Promise<FromLogThread> {
    if (this.#waiting.size >= SEARCHES) throw new TooManySearches();
    if (signal?.aborted) throw new SearchCancelled();
    const number = ++this.#number;
    const worker = this.#started();
    const cancel = () => worker.postMessage({ kind: 'cancel', number } satisfies ToLogThread);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(number, { worker, resolve, reject });
        worker.postMessage({ ...job, number } satisfies ToLogThread);
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#waiting.delete(number);
      if (this.#waiting.size === 0) this.#rest();
    }
  }

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref();
  }

  #started(): Worker {
    clearTimeout(this.#idle);
    if (this.#worker !== undefined) return this.#worker;
    const worker = startThread(import.meta.url, `./log-thread`, {
      workerData: this.#start,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    this.#worker = worker;
    worker.unref();
    let failure = new Error('the thread that reads the log has ended');
    worker.on('error', (error: Error) => {
      failure = error;
    });
    worker.on('message', (message: FromLogThread) => this.#take(message));
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const waiting of this.#waiting.values()) {
        if (waiting.worker === worker) waiting.reject(failure);
      }
    });
    return worker;
  }

  #take(message: FromLogThread): void {
    const waiting = this.#waiting.get(message.number);
    if (message.kind !== 'failed') return waiting?.resolve(message);
    waiting?.reject(message.isCancelled ? new SearchCancelled() : new Error(message.why));
  }
}
