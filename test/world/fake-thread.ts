/** Data threads that a test plays, on a host whose time passes when the test lets it. */

import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import type { Snapshot } from '../../src/load/snapshot.ts';
import type { FromThread, ThreadStart, ToThread } from '../../src/server/data-thread.ts';
import { DataThreads } from '../../src/server/data-threads.ts';
import type { HostTime } from '../../src/server/host-time.ts';
import { LOOK_MS } from '../../src/server/patience.ts';
import type { CommonStart } from '../../src/server/started-thread.ts';
import { ThreadProgress, ThreadStep } from '../../src/server/thread-progress.ts';
import type { Libc } from '../../src/transport/libc.ts';

/** The eventfd of the first thread; the next ones follow. */
export const WAKE_FD = 1000;
/** What a thread does from its start until it serves. */
export const STARTING_STEPS = [
  ThreadStep.LOADING,
  ThreadStep.LOADING_NATIVE,
  ThreadStep.COMPILING,
  ThreadStep.LISTENING,
] as const;

export class FakeThread extends EventEmitter {
  readonly start: ThreadStart;
  readonly progress: ThreadProgress;
  /** The messages that it was sent, in order. */
  readonly messages: ToThread[] = [];
  isLeftBehind = false;

  constructor(start: ThreadStart) {
    super();
    this.start = start;
    this.progress = new ThreadProgress(start.progress);
  }

  postMessage(message: ToThread): void {
    this.messages.push(message);
  }

  unref(): void {
    this.isLeftBehind = true;
  }

  enter(step: ThreadStep): void {
    this.progress.enter(step);
  }

  report(message: FromThread): void {
    this.emit('message', message);
  }

  end(failure?: Error): void {
    if (failure !== undefined) this.emit('error', failure);
    this.emit('exit', failure === undefined ? 0 : 1);
  }

  /** The kinds of its messages. */
  get kinds(): string[] {
    return this.messages.map(({ kind }) => kind);
  }
}

export class FakeTime implements HostTime {
  /** The part of a CPU that a thread gets. */
  share = 1;
  #time = 0;
  readonly #looks: Set<() => void> = new Set();
  #later: { readonly at: number; readonly act: () => void }[] = [];

  now(): number {
    return this.#time;
  }

  cpuShare(): number {
    return this.share;
  }

  every(_milliseconds: number, look: () => void): () => void {
    this.#looks.add(look);
    return () => this.#looks.delete(look);
  }

  after(milliseconds: number, act: () => void): void {
    this.#later.push({ at: this.#time + milliseconds, act });
  }

  /** Lets time pass; the main thread looks at its threads as often as it is to. */
  async pass(seconds: number): Promise<void> {
    const end = this.#time + seconds * 1000;
    while (this.#time < end) {
      this.jump(Math.min(LOOK_MS, end - this.#time) / 1000);
      // What follows from a look comes before the next one.
      await settle();
    }
  }

  /** Lets time pass in which the main thread does not run: it looks once, at the end. */
  jump(seconds: number): void {
    this.#time += seconds * 1000;
    for (const look of [...this.#looks]) look();
    const due = this.#later.filter(({ at }) => at <= this.#time);
    this.#later = this.#later.filter(({ at }) => at > this.#time);
    for (const { act } of due) act();
  }
}

/** Resolves when all that is due without time passing has happened. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function snapshot(name: string): Snapshot {
  return { text: name } as unknown as Snapshot;
}

/** Data threads, what the main thread did and logged. */
export class ThreadStage {
  readonly time: FakeTime = new FakeTime();
  readonly workers: FakeThread[] = [];
  readonly log: string[] = [];
  /** Descriptors that were closed, and those that were written to. */
  readonly closed: number[] = [];
  readonly written: number[] = [];
  /** Why the system starts no thread. */
  refusal: Error | undefined;
  readonly threads: DataThreads;

  constructor(threads = 1) {
    let nextFd = WAKE_FD;
    const libc = {
      eventfd: () => nextFd++,
      close: (fd: number) => this.closed.push(fd),
      _exit: () => {},
      write: (fd: number) => this.written.push(fd),
    } as unknown as Libc;
    const host = {
      libc,
      time: this.time,
      refPrefix: () => 'x',
      createWorker: (start: FakeThread['start']) => {
        if (this.refusal !== undefined) throw this.refusal;
        const worker = new FakeThread(start);
        this.workers.push(worker);
        return worker as never;
      },
    };
    const common = { snapshot: snapshot('first'), servers: [], threads };
    const write = (line: string) => this.log.push(JSON.parse(line).msg);
    this.threads = new DataThreads(host, common as unknown as CommonStart, pino({}, { write }));
  }

  /** Lets worker number `index` come to serve. */
  serve(index: number): void {
    this.workers[index]!.enter(ThreadStep.SERVING);
    this.workers[index]!.report({ kind: 'serving' });
  }

  async serving(): Promise<void> {
    const starting = this.threads.start();
    for (let i = 0; i < this.workers.length; i++) this.serve(i);
    await starting;
  }
}

/** Whether a promise has settled, and how: `waits` when it has not. */
export async function fateOf(promise: Promise<unknown>): Promise<string> {
  const waits = settle().then(() => 'waits');
  const settled = promise.then(
    () => 'resolved',
    (error: Error) => error.message,
  );
  return Promise.race([settled, waits]);
}
