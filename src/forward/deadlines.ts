/**
 * Which slot runs out of time next.
 *
 * All slots that wait equally long expire in the order in which they began, so each length of
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

  /** `slot`, which has no deadline, expires `milliseconds` after `now`. */
  set(slot: number, now: number, milliseconds: number): void {
    const index = this.#indexOf(milliseconds);
    const list = this.#lists[index]!;
    this.#listOf[slot] = index;
    this.#at[slot] = now + milliseconds;
    this.#next[slot] = NONE;
    this.#previous[slot] = list.last;
    if (list.last === NONE) list.first = slot;
    else this.#next[list.last] = slot;
    list.last = slot;
  }

  clear(slot: number): void {
    const index = this.#listOf[slot]!;
    if (index === NONE) return;
    this.#listOf[slot] = NONE;
    const list = this.#lists[index]!;
    const next = this.#next[slot]!;
    const previous = this.#previous[slot]!;
    if (previous === NONE) list.first = next;
    else this.#next[previous] = next;
    if (next === NONE) list.last = previous;
    else this.#previous[next] = previous;
  }

  /** A slot whose time has come, its deadline cleared; -1 when there is none. */
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
