/** Entries of a table that are marked: an octet for each, in memory that threads share. */

import { resized, sharedUint8 } from './shared-array.ts';

export class MarkedEntries {
  #marks: Uint8Array | undefined;

  /** Without a mark, or with those that another thread has set. */
  constructor(image?: Uint8Array) {
    this.#marks = image;
  }

  /** What other threads need of the first `count`; undefined when there is none. */
  image(count: number): Uint8Array | undefined {
    return this.#marks?.subarray(0, count);
  }

  has(entry: number): boolean {
    return this.#marks?.[entry] === 1;
  }

  /** Marks an entry, or takes its mark away; `room` is for how many there is room in the table. */
  set(entry: number, isMarked: boolean, room: number): void {
    if (this.#marks === undefined) {
      if (!isMarked) return;
      this.#marks = sharedUint8(room);
    }
    if (entry >= this.#marks.length) this.#marks = resized(this.#marks, room);
    this.#marks[entry] = isMarked ? 1 : 0;
  }
}
