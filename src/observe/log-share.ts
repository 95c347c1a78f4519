/** What threads that write to one decision log share: whose turn it is, and how writing goes. */

import { getSystemErrorName } from 'node:util';
import { Turn } from './turn.ts';

/** Positions of the numbers; the first is that of the turn. */
const LOST = 1;
const ERRNO = 2;
const TORN = 3;
const SLOW = 4;
const NUMBERS = 6;
/** Positions of the times, behind the numbers. */
const PATIENCE = 0;
const SPENT_AT = 1;
const TIMES = 2;

/** Milliseconds that writers may wait for a reader, and the part of time that earns new ones. */
const MOST_PATIENCE_MS = 1000;
const EARNED = 0.1;
/** Milliseconds to have again before a reader that was too slow is waited for. */
const LEAST_PATIENCE_MS = 100;

export class LogShare {
  readonly buffer: SharedArrayBuffer;
  readonly turn: Turn;
  readonly #numbers: Int32Array;
  readonly #times: Float64Array;

  /** New ones, or those that other threads have. */
  constructor(buffer?: SharedArrayBuffer) {
    this.buffer = buffer ?? new SharedArrayBuffer(NUMBERS * 4 + TIMES * 8);
    this.turn = new Turn(this.buffer);
    this.#numbers = new Int32Array(this.buffer, 0, NUMBERS);
    this.#times = new Float64Array(this.buffer, NUMBERS * 4, TIMES);
    if (buffer === undefined) this.#times[PATIENCE] = MOST_PATIENCE_MS;
  }

  /** Records that could not be written and that the log does not mention yet. */
  get lost(): number {
    return Atomics.load(this.#numbers, LOST);
  }

  /** Takes the count of lost records, to report it. */
  takeLost(): number {
    return Atomics.exchange(this.#numbers, LOST, 0);
  }

  addLost(records: number): void {
    Atomics.add(this.#numbers, LOST, records);
  }

  /** Why writing failed last, as `ENOSPC`. */
  get failure(): string {
    const errno = Atomics.load(this.#numbers, ERRNO);
    return errno < 0 ? getSystemErrorName(errno) : 'unknown';
  }

  set failure({ errno }: NodeJS.ErrnoException) {
    Atomics.store(this.#numbers, ERRNO, errno ?? 0);
  }

  /** What was written last is no whole line: the next begins on one of its own. */
  get isTorn(): boolean {
    return Atomics.load(this.#numbers, TORN) === 1;
  }

  set isTorn(isTorn: boolean) {
    if (this.isTorn !== isTorn) Atomics.store(this.#numbers, TORN, isTorn ? 1 : 0);
  }

  /** The reader is slower than the writers: they do not wait for it. */
  get isSlow(): boolean {
    return this.#numbers[SLOW] === 1;
  }

  /** Whether a writer may wait this long, by the clock's `now`; the time is then spent. */
  spend(milliseconds: number, now: number): boolean {
    // A clock that was set back earns nothing.
    const earned = Math.max(0, now - this.#times[SPENT_AT]!) * EARNED;
    const patience = Math.min(MOST_PATIENCE_MS, this.#times[PATIENCE]! + earned);
    const isEnough = patience >= (this.isSlow ? LEAST_PATIENCE_MS : milliseconds);
    this.#times[PATIENCE] = isEnough ? patience - milliseconds : patience;
    this.#times[SPENT_AT] = now;
    this.#numbers[SLOW] = isEnough ? 0 : 1;
    return isEnough;
  }
}
