/** The data threads, seen from the main thread: started, told, restarted, stopped. */

import { Worker } from 'node:worker_threads';
import type { UpstreamAddress } from '../forward/upstream.ts';
import type { Snapshot } from '../load/snapshot.ts';
import type { Logger } from '../log.ts';
import type { Endpoint } from '../net/address.ts';
import { ThreadNumbers } from '../observe/thread-numbers.ts';
import { allocate, EFD_NONBLOCK, type Libc } from '../transport/libc.ts';
import { OpenSockets } from '../transport/open-sockets.ts';
import type { FromThread, ThreadStart, ToThread } from './data-thread.ts';
import { YOUNG_GENERATION_MB } from './thread-heap.ts';

/** What `Worker.threadId` is when the thread has ended. */
const ENDED = -1;
/** Milliseconds after which a thread that does not answer is no longer waited for. */
const PATIENCE_MS = 5000;
/** Milliseconds before a thread that has ended by itself is started again, first and at most. */
const RESTART_MS = 200;
const LONGEST_RESTART_MS = 10_000;

/** What every thread is started with, but for what is its own. */
export type CommonStart = Omit<ThreadStart, 'numbers' | 'sockets' | 'wakeFd' | 'refPrefix'>;

interface Thread {
  readonly worker: Worker;
  readonly numbers: ThreadNumbers;
  readonly sockets: OpenSockets;
  readonly wakeFd: number;
}

export class DataThreads {
  /** Threads that ended by themselves and were started again. */
  restarts = 0;
  /** Called when a primary has told one of them that it has something new for a policy. */
  notified: (policy: string) => void = () => {};
  readonly #libc: Libc;
  readonly #log: Logger;
  readonly #refPrefix: () => string;
  readonly #threads: Thread[] = [];
  readonly #retired: ThreadNumbers[] = [];
  readonly #starting: Set<Promise<Thread>> = new Set();
  #reopens = 0;
  #common: CommonStart;
  #isStopping = false;

  constructor(libc: Libc, common: CommonStart, log: Logger, refPrefix: () => string) {
    this.#libc = libc;
    this.#common = common;
    this.#log = log;
    this.#refPrefix = refPrefix;
  }

  /** Numbers of all threads that serve or have served. */
  get numbers(): readonly ThreadNumbers[] {
    return [...this.#threads.map(({ numbers }) => numbers), ...this.#retired];
  }

  /** Starts the threads; rejects with what stands in the way of one. */
  async start(): Promise<void> {
    const starting = Array.from({ length: this.#common.threads }, () => this.#startOne());
    const results = await Promise.allSettled(starting);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    await this.stop();
    throw failed.reason;
  }

  /** Has all threads serve by another snapshot; resolves when they do. */
  async use(snapshot: Snapshot, servers: readonly UpstreamAddress[]): Promise<void> {
    this.#common = { ...this.#common, snapshot, servers };
    await Promise.all(
      this.#threads.map((thread) => {
        const used = until(thread.worker, ({ kind }) => kind === 'used');
        this.#tell(thread, { kind: 'use', snapshot, servers });
        return used;
      }),
    );
  }

  /** Has all threads read the files that name servers again. */
  refresh(servers: readonly UpstreamAddress[]): void {
    this.#common = { ...this.#common, servers };
    for (const thread of this.#threads) this.#tell(thread, { kind: 'refresh', servers });
  }

  /** Tells all threads how many sockets other processes have at each endpoint. */
  steer(others: readonly number[]): void {
    this.#common = { ...this.#common, others };
    for (const thread of this.#threads) this.#tell(thread, { kind: 'steer', others });
  }

  /** Has all threads open the decision log anew; resolves with whether all of them did. */
  async reopenLogs(): Promise<boolean> {
    const number = ++this.#reopens;
    const started = this.#threads.map((thread) => this.#reopenLog(thread, number));
    // One that is starting may have opened the old file already.
    const starting = [...this.#starting].map(async (start) => {
      const thread = await start.catch(() => undefined);
      return thread === undefined || this.#reopenLog(thread, number);
    });
    const results = await Promise.all([...started, ...starting]);
    return results.every((haveReopened) => haveReopened);
  }

  async #reopenLog(thread: Thread, number: number): Promise<boolean> {
    const isIt = (message: FromThread) => message.kind === 'reopened' && message.number === number;
    const reopened = until(thread.worker, isIt);
    this.#tell(thread, { kind: 'reopen', number });
    return reopened.then(
      (message) => message.kind === 'reopened' && message.ok,
      () => false,
    );
  }

  /** Takes no more queries, answers those in flight, and ends. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const ended = this.#threads.map(({ worker }) => {
      return new Promise((resolve) => worker.once('exit', resolve));
    });
    for (const thread of this.#threads) this.#tell(thread, { kind: 'stop' });
    await Promise.all(ended);
  }

  #startOne(): Promise<Thread> {
    const starting = this.#open().finally(() => this.#starting.delete(starting));
    this.#starting.add(starting);
    return starting;
  }

  async #open(): Promise<Thread> {
    const { snapshot } = this.#common;
    const thread = this.#create();
    const { worker, numbers } = thread;
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'series') numbers.statistics.adopt(message.announcement);
      else if (message.kind === 'notified') this.notified(message.policy);
    });
    worker.once('exit', () => this.#onExit(thread));
    try {
      await until(worker, (message) => message.kind === 'serving');
    } catch (error) {
      // One that only takes too long must not serve without being known; of one that has ended
      // the eventfd is closed, and its number may be another's by now.
      if (worker.threadId !== ENDED) {
        worker.terminate();
        this.#wake(thread);
      }
      throw error;
    }
    worker.on('error', (error) => this.#log.error(`a data thread failed: ${error.message}`));
    this.#threads.push(thread);
    // A reload while it was starting has passed it by.
    const { snapshot: latest, servers } = this.#common;
    if (latest !== snapshot) this.#tell(thread, { kind: 'use', snapshot: latest, servers });
    return thread;
  }

  #create(): Thread {
    const numbers = new ThreadNumbers();
    const sockets = new OpenSockets();
    const wakeFd = this.#libc.eventfd(0, EFD_NONBLOCK);
    const shared = { numbers: numbers.shared, sockets: sockets.shared };
    const own = { ...shared, wakeFd, refPrefix: this.#refPrefix() };
    const worker = new Worker(new URL(`./data-thread${EXTENSION}`, import.meta.url), {
      workerData: { ...this.#common, ...own } satisfies ThreadStart,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    return { worker, numbers, sockets, wakeFd };
  }

  #onExit(thread: Thread): void {
    thread.sockets.closeAll(this.#libc);
    this.#libc.close(thread.wakeFd);
    const index = this.#threads.indexOf(thread);
    // One that has never served: whoever started it sees to that.
    if (index < 0) return;
    this.#threads.splice(index, 1);
    thread.numbers.retire();
    this.#retired.push(thread.numbers);
    if (this.#isStopping) return;
    this.restarts++;
    this.#log.error('a data thread has ended; it is started again');
    this.#restart(RESTART_MS);
  }

  #restart(delay: number): void {
    setTimeout(() => {
      if (this.#isStopping) return;
      this.#startOne().catch((error: Error) => {
        this.#log.error(`a data thread does not start again: ${error.message}; it is tried again`);
        this.#restart(Math.min(2 * delay, LONGEST_RESTART_MS));
      });
    }, delay).unref();
  }

  /** A thread that blocks in poll notices a message when it is woken. */
  #tell(thread: Thread, message: ToThread): void {
    thread.worker.postMessage(message);
    this.#wake(thread);
  }

  #wake({ wakeFd }: Thread): void {
    const one = allocate(8);
    one.writeBigUInt64LE(1n);
    this.#libc.write(wakeFd, one, one.length);
  }
}

/** A data thread cannot have an address. */
export class ListenError extends Error {
  readonly endpoint: Endpoint;
  readonly code: string;

  constructor(endpoint: Endpoint, code: string) {
    super(code);
    this.name = 'ListenError';
    this.endpoint = endpoint;
    this.code = code;
  }
}

/** `.ts` in the repository, `.js` where it was built. */
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

/** Resolves with the first message that `isIt`; rejects when the thread ends before. */
function until(worker: Worker, isIt: (message: FromThread) => boolean): Promise<FromThread> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => done(new Error('a data thread does not answer')), PATIENCE_MS);
    const onMessage = (message: FromThread) => {
      if (message.kind === 'cannot-listen') done(new ListenError(message.endpoint, message.code));
      else if (isIt(message)) done(message);
    };
    const onEnd = (reason: Error | number) => {
      done(reason instanceof Error ? reason : new Error('a data thread has ended'));
    };
    const done = (result: FromThread | Error) => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onEnd).off('exit', onEnd);
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    worker.on('message', onMessage).on('error', onEnd).on('exit', onEnd);
  });
}
