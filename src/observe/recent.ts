/** The latest decisions in memory: what the admin HTTP shows and streams. */

const OCTETS = 1 << 20;
const LINES = 4096;

/** Positions in the head. */
const COUNT = 0;
const FIRST = 1;
const HEAD_LENGTH = 16;

/** Bytes that the ring takes in shared memory. */
const SIZE = HEAD_LENGTH + LINES * 8 + OCTETS;

/** One thread adds; others may read the same memory meanwhile. */
export class RecentDecisions {
  readonly buffer: SharedArrayBuffer;
  /** Lines ever taken, and the oldest of them that is still whole. */
  readonly #head: Float64Array;
  readonly #start: Uint32Array;
  readonly #end: Uint32Array;
  readonly #octets: Buffer;
  #at = 0;

  /** A new ring, or one that another thread adds to. */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(SIZE)) {
    this.buffer = buffer;
    this.#head = new Float64Array(buffer, 0, 2);
    this.#start = new Uint32Array(buffer, HEAD_LENGTH, LINES);
    this.#end = new Uint32Array(buffer, HEAD_LENGTH + LINES * 4, LINES);
    this.#octets = Buffer.from(buffer, HEAD_LENGTH + LINES * 8, OCTETS);
  }

  /** Lines ever taken. */
  get count(): number {
    return this.#head[COUNT]!;
  }

  get #first(): number {
    return this.#head[FIRST]!;
  }

  /** Takes the record that stands in `octets` from `start` to `end`. */
  add(octets: Buffer, start: number, end: number): void {
    const length = end - start;
    if (length > OCTETS) return;
    const count = this.count;
    let first = this.#first;
    if (this.#at + length > OCTETS) {
      // Begins again at the front; what still stands behind the last line is the oldest.
      while (first < count && this.#start[first % LINES]! >= this.#at) first++;
      this.#at = 0;
    }
    const stop = this.#at + length;
    while (first < count && this.#overlaps(first, stop)) first++;
    first = Math.max(first, count + 1 - LINES);
    // Readers must know first what is about to be overwritten.
    this.#head[FIRST] = first;
    octets.copy(this.#octets, this.#at, start, end);
    this.#start[count % LINES] = this.#at;
    this.#end[count % LINES] = stop;
    this.#at = stop;
    this.#head[COUNT] = count + 1;
  }

  /** The records, the latest first. */
  *latest(): Generator<string> {
    for (let i = this.count - 1; i >= this.#first; i--) {
      const line = this.#line(i);
      // The thread that adds may have overtaken this one.
      if (i < this.#first) return;
      yield line;
    }
  }

  /** The records from number `from` on that are still there, the oldest first. */
  since(from: number): Generator<string> {
    return this.between(from, this.count);
  }

  /** Those from number `from` to before number `to` that are still there, the oldest first. */
  *between(from: number, to: number): Generator<string> {
    for (let i = Math.max(from, this.#first); i < to; i++) {
      const line = this.#line(i);
      if (i >= this.#first) yield line;
    }
  }

  #overlaps(index: number, stop: number): boolean {
    return this.#start[index % LINES]! < stop && this.#end[index % LINES]! > this.#at;
  }

  #line(index: number): string {
    return this.#octets
      .toString('utf8', this.#start[index % LINES], this.#end[index % LINES])
      .trimEnd();
  }
}
