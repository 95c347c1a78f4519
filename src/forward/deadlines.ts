/**
 * Which entry runs out of time next.
 *
 * All entries that wait equally long expire in the order in which they began, so each length of
 * time has a list of its own: setting and clearing take constant time and no allocation.
 */

const NONE = -1;

interface Waiting {
  readonly milliseconds: number;
  first: number;
  last: number;
}

export class Deadlines {
  readonly #lists: Waiting[] = [];
  readonly #listOf: Int16Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #at: Float64Array;

  constructor(capacity: number) {
    this.#listOf = new Int16Array(capacity).fill(NONE);
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#at = new Float64Array(capacity);
  }

  /** `entry`, which has no deadline, expires `milliseconds` after `now`. */
  set(entry: number, now: number, milliseconds: number): void {
    const index = this.#indexOf(milliseconds);
    const list = this.#lists[index]!;
    this.#listOf[entry] = index;
    this.#at[entry] = now + milliseconds;
    this.#next[entry] = NONE;
    this.#previous[entry] = list.last;
    if (list.last === NONE) list.first = entry;
    else this.#next[list.last] = entry;
    list.last = entry;
  }

  clear(entry: number): void {
    const index = this.#listOf[entry]!;
    if (index === NONE) return;
    this.#listOf[entry] = NONE;
    const list = this.#lists[index]!;
    const next = this.#next[entry]!;
    const previous = this.#previous[entry]!;
    if (previous === NONE) list.first = next;
    else this.#next[previous] = next;
    if (next === NONE) list.last = previous;
    else this.#previous[next] = previous;
  }

  /** A entry whose time has come, its deadline cleared; -1 when there is none. */
  expired(now: number): number {
    for (let i = 0; i < this.#lists.length; i++) {
      const { first } = this.#lists[i]!;
      if (first !== NONE && this.#at[first]! <= now) {
        this.clear(first);
        return first;
      }
    }
    return NONE;
  }

  #indexOf(milliseconds: number): number {
    for (let i = 0; i < this.#lists.length; i++) {
      if (this.#lists[i]!.milliseconds === milliseconds) return i;
    }
    return this.#lists.push({ milliseconds, first: NONE, last: NONE }) - 1;
  }
}
