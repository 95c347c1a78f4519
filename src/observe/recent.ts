/** The latest decisions in memory: what the admin HTTP shows and streams. */

const OCTETS = 1 << 20;
const LINES = 4096;

export class RecentDecisions {
  readonly #octets: Buffer = Buffer.alloc(OCTETS);
  readonly #start: Uint32Array = new Uint32Array(LINES);
  readonly #end: Uint32Array = new Uint32Array(LINES);
  /** Lines ever taken, and the oldest of them that is still whole. */
  #count = 0;
  #first = 0;
  #at = 0;
  readonly #listeners: Set<(line: string) => void> = new Set();

  /** Takes the record that stands in `octets` from `start` to `end`. */
  add(octets: Buffer, start: number, end: number): void {
    const length = end - start;
    if (length > OCTETS) return;
    if (this.#at + length > OCTETS) this.#wrap();
    const stop = this.#at + length;
    while (this.#first < this.#count && this.#overlaps(this.#first, stop)) this.#first++;
    octets.copy(this.#octets, this.#at, start, end);
    this.#start[this.#count % LINES] = this.#at;
    this.#end[this.#count % LINES] = stop;
    this.#at = stop;
    this.#count++;
    this.#first = Math.max(this.#first, this.#count - LINES);
    if (this.#listeners.size > 0) this.#tell(this.#line(this.#count - 1));
  }

  /** The records, the latest first. */
  *latest(): Generator<string> {
    for (let i = this.#count - 1; i >= this.#first; i--) yield this.#line(i);
  }

  /** Calls `listener` for each record to come, until the returned function is called. */
  follow(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins again at the front; what still stands behind the last line is the oldest. */
  #wrap(): void {
    while (this.#first < this.#count && this.#start[this.#first % LINES]! >= this.#at) {
      this.#first++;
    }
    this.#at = 0;
  }

  #tell(line: string): void {
    for (const listener of this.#listeners) listener(line);
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
