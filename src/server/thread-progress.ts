/** How far a data thread has come, in memory that it shares with the main thread. */

/** What a thread does, in this order when it starts. */
export const ThreadStep = {
  STARTING: 0,
  LOADING: 1,
  LOADING_NATIVE: 2,
  COMPILING: 3,
  LISTENING: 4,
  SERVING: 5,
} as const;
export type ThreadStep = (typeof ThreadStep)[keyof typeof ThreadStep];

/** Positions in the shared memory. */
const STEP = 0;
const COUNT = 1;
const ASKED_TO_END = 2;
const LENGTH = 3;

export class ThreadProgress {
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;

  /** New memory, or that of another thread. */
  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(LENGTH * 4)) {
    this.shared = shared;
    this.#words = new Int32Array(shared);
  }

  get step(): ThreadStep {
    return Atomics.load(this.#words, STEP) as ThreadStep;
  }

  /** Steps so far: what has not changed between two looks has made no progress. */
  get count(): number {
    return Atomics.load(this.#words, COUNT);
  }

  /** Whether the main thread does not wait for this thread any more. */
  get isAskedToEnd(): boolean {
    return Atomics.load(this.#words, ASKED_TO_END) !== 0;
  }

  /** Called by the thread itself. */
  enter(step: ThreadStep): void {
    Atomics.store(this.#words, STEP, step);
    Atomics.add(this.#words, COUNT, 1);
  }

  askToEnd(): void {
    Atomics.store(this.#words, ASKED_TO_END, 1);
  }
}
