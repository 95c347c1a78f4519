/** How far the reading of logs has come, in a line of the terminal that is written over. */

import type { Writable } from 'node:stream';

/** Milliseconds between two looks at it. */
const LOOK_MS = 200;
const MB = 1e6;
/** Back to the beginning of the line, which is cleared (ECMA-48 EL). */
const CLEAR = '\r\u001b[K';

/** What there is to read, and what was read of it. */
export interface Reading {
  readonly octetsRead: number;
  /** Undefined when nobody knows. */
  readonly octetsInAll: number | undefined;
}

/** Says nothing where nobody looks on. */
export class Progress {
  readonly #terminal: (Writable & { readonly isTTY?: boolean }) | undefined;
  readonly #reading: Reading;
  readonly #startedAt: number = performance.now();
  #lookedAt: number = this.#startedAt;
  #isShown = false;

  constructor(stderr: Writable & { readonly isTTY?: boolean }, reading: Reading) {
    this.#terminal = stderr.isTTY === true ? stderr : undefined;
    this.#reading = reading;
  }

  /** Shows the number of records, at most some times a second. */
  update(records: number): void {
    if (this.#terminal === undefined) return;
    const at = performance.now();
    if (at - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = at;
    this.#isShown = true;
    const seconds = (at - this.#startedAt) / 1000;
    this.#terminal.write(`${CLEAR}${formatProgress(this.#reading, records, seconds)}`);
  }

  /** Makes room for what comes after it. */
  clear(): void {
    if (this.#isShown) this.#terminal?.write(CLEAR);
    this.#isShown = false;
  }
}

/** `42% of 679 MB, 1200000 records, 280000 a second` */
export function formatProgress(
  { octetsRead, octetsInAll }: Reading,
  records: number,
  seconds: number,
): string {
  const read = `${Math.round(octetsRead / MB)} MB`;
  const share =
    octetsInAll === undefined || octetsInAll === 0
      ? read
      : `${Math.min(100, Math.floor((octetsRead / octetsInAll) * 100))}% of ${Math.round(octetsInAll / MB)} MB`;
  return `${share}, ${records} records, ${Math.round(records / Math.max(seconds, 0.001))} a second`;
}
