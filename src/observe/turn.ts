/** One thread at a time: a lock in shared memory. */

const FREE = 0;
const TAKEN = 1;
/** Milliseconds after which a thread that took its turn is taken for dead. */
const PATIENCE_MS = 3000;

export class Turn {
  readonly buffer: SharedArrayBuffer;
  readonly #state: Int32Array;

  /** A new lock, or one that other threads have. */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.buffer = buffer;
    this.#state = new Int32Array(buffer);
  }

  /** Waits until it is this thread's turn. */
  take(): void {
    while (Atomics.compareExchange(this.#state, 0, FREE, TAKEN) === TAKEN) {
      if (Atomics.wait(this.#state, 0, TAKEN, PATIENCE_MS) === 'timed-out') return;
    }
  }

  give(): void {
    Atomics.store(this.#state, 0, FREE);
    Atomics.notify(this.#state, 0, 1);
  }
}
