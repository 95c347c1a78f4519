/** One data thread, seen from the main thread. */

import type { Worker } from 'node:worker_threads';
import { ThreadNumbers } from '../observe/thread-numbers.ts';
import { startThread } from '../program-files.ts';
import { allocate, EFD_NONBLOCK, type Libc } from '../transport/libc.ts';
import { OpenSockets } from '../transport/open-sockets.ts';
import type { FromThread, ThreadStart, ToThread } from './data-thread.ts';
import type { HostTime } from './host-time.ts';
import { LOOK_MS, Patience } from './patience.ts';
import { ListenError, ThreadEndedError } from './thread-errors.ts';
import { YOUNG_GENERATION_MB } from './thread-heap.ts';
import { ThreadProgress } from './thread-progress.ts';

/** What every thread is started with, but for what is its own. */
export type CommonStart = Omit<
  ThreadStart,
  'numbers' | 'progress' | 'sockets' | 'wakeFd' | 'refPrefix'
>;

/** The part of a Worker that is used. */
export type DataWorker = Pick<Worker, 'postMessage' | 'on' | 'once' | 'off' | 'unref'>;

/** What threads run on. */
export interface ThreadHost {
  readonly libc: Libc;
  readonly time: HostTime;
  refPrefix(): string;
  createWorker(start: ThreadStart): DataWorker;
}

export function createWorker(start: ThreadStart): DataWorker {
  return startThread(import.meta.url, './data-thread-start', {
    workerData: start,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}

export class StartedThread {
  readonly numbers: ThreadNumbers = new ThreadNumbers();
  readonly progress: ThreadProgress = new ThreadProgress();
  /** Settles when the thread is gone. */
  readonly ended: Promise<void>;
  isServing = false;
  readonly #sockets: OpenSockets = new OpenSockets();
  readonly #host: ThreadHost;
  readonly #worker: DataWorker;
  readonly #wakeFd: number;
  #hasEnded = false;
  #failure: Error | undefined;

  /** Throws a ThreadEndedError. */
  constructor(host: ThreadHost, common: CommonStart) {
    this.#host = host;
    this.#wakeFd = host.libc.eventfd(0, EFD_NONBLOCK);
    try {
      this.#worker = host.createWorker({
        ...common,
        numbers: this.numbers.shared,
        progress: this.progress.shared,
        sockets: this.#sockets.shared,
        wakeFd: this.#wakeFd,
        refPrefix: host.refPrefix(),
      });
    } catch (error) {
      // The system has no room for another thread.
      host.libc.close(this.#wakeFd);
      throw new ThreadEndedError(this.progress.step, error as Error);
    }
    this.#worker.on('error', (error: Error) => {
      this.#failure = error;
    });
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#hasEnded = true;
        this.#sockets.closeAll(host.libc);
        host.libc.close(this.#wakeFd);
        resolve();
      });
    });
  }

  /** Why it has ended, when that was by an error. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  onMessage(take: (message: FromThread) => void): void {
    this.#worker.on('message', take);
  }

  /** A thread that blocks in poll takes a message when it is woken; one that starts, when it serves. */
  send(message: ToThread): void {
    // The eventfd is closed then, and its number may be another's by now.
    if (this.#hasEnded) return;
    this.#worker.postMessage(message);
    const one = allocate(8);
    one.writeBigUInt64LE(1n);
    this.#host.libc.write(this.#wakeFd, one, one.length);
  }

  /**
   * Has it end by itself, before it serves if it does not yet. It is not terminated: that ends
   * the whole process when it hits a thread that loads native code.
   */
  askToEnd(): void {
    this.progress.askToEnd();
    this.send({ kind: 'stop' });
  }

  /** The process ends without it: Node by itself would terminate it and wait for that. */
  leaveBehind(): void {
    this.#worker.unref();
    const { libc } = this.#host;
    const exit = (code: number) => libc._exit(code);
    process.once('exit', exit);
    void this.ended.then(() => process.off('exit', exit));
  }

  /**
   * Resolves with the first message that `isIt`; rejects when the thread ends before, or makes no
   * progress. `notice` is called with what takes long.
   */
  until(
    isIt: (message: FromThread) => boolean,
    notice: (text: string) => void,
  ): Promise<FromThread> {
    return new Promise((resolve, reject) => {
      const { time } = this.#host;
      const patience = new Patience(this.progress, time, notice);
      const stopLooking = time.every(LOOK_MS, () => {
        const error = patience.look();
        if (error !== undefined) done(error);
      });
      const onMessage = (message: FromThread) => {
        if (message.kind === 'cannot-listen') done(new ListenError(message.endpoint, message.code));
        else if (isIt(message)) done(message);
      };
      const onExit = () => done(new ThreadEndedError(this.progress.step, this.#failure));
      const done = (result: FromThread | Error) => {
        stopLooking();
        this.#worker.off('message', onMessage).off('exit', onExit);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      this.#worker.on('message', onMessage).on('exit', onExit);
    });
  }
}
