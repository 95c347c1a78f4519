/**
 * Counts how often values occur, of which there may be any number, in bounded memory.
 *
 * When there are twice as many values as are to be kept, the rarer half is given up, and the most
 * that one of it can have occurred is remembered: a value that comes (back) after that may have
 * been missed so often. So of each count both ends are known: what was counted, and that
 * plus what may have been missed. As long as nothing was given up, all counts are exact.
 */

/** Values that are counted at least. */
const KEPT = 8192;

/** What is known of one value. */
export interface Count {
  readonly value: string;
  /** How often it was counted. */
  count: number;
  /** How often it may have occurred before that. */
  readonly missed: number;
}

export class FrequentValues<C extends Count> {
  /** A value that is not kept occurred at most this often. */
  missed = 0;
  /** How many were given up; one that came back and was given up again counts twice. */
  given = 0;
  readonly #counts = new Map<string, C>();
  readonly #create: (value: string, missed: number) => C;
  readonly #kept: number;

  constructor(create: (value: string, missed: number) => C, kept: number = KEPT) {
    this.#create = create;
    this.#kept = kept;
  }

  /** Values that are kept. */
  get size(): number {
    return this.#counts.size;
  }

  /** Counts a value, once unless a record stands for several. */
  add(value: string, times = 1): C {
    let found = this.#counts.get(value);
    if (found === undefined) {
      if (this.#counts.size >= 2 * this.#kept) this.#giveUp();
      found = this.#create(value, this.missed);
      this.#counts.set(value, found);
    }
    found.count += times;
    return found;
  }

  /** Those that were counted most often, first. */
  top(most: number): C[] {
    const all = [...this.#counts.values()].sort((a, b) => b.count - a.count || order(a, b));
    return all.slice(0, most);
  }

  #giveUp(): void {
    const all = [...this.#counts.values()].sort((a, b) => mostOf(b) - mostOf(a));
    for (const { value } of all.slice(this.#kept)) this.#counts.delete(value);
    this.missed = Math.max(this.missed, mostOf(all[this.#kept]!));
    this.given += all.length - this.#kept;
  }
}

function mostOf({ count, missed }: Count): number {
  return count + missed;
}

function order(a: Count, b: Count): number {
  return a.value < b.value ? -1 : 1;
}
