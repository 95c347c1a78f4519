/**
 * Lists of numbers, each of which stands in one list at a time: to add one to the end, to take
 * one out and to find the first takes a step, and no memory.
 */

const NONE = -1;

export class Rings {
  /** The first of each list. */
  readonly #first: Int32Array;
  /** Those behind and before each number; the last is before the first. */
  readonly #after: Int32Array;
  readonly #before: Int32Array;

  /** So many lists, of numbers below `numbers`. */
  constructor(lists: number, numbers: number) {
    this.#first = new Int32Array(lists).fill(NONE);
    this.#after = new Int32Array(numbers);
    this.#before = new Int32Array(numbers);
  }

  /** The first number of a list; -1 when there is none. */
  first(list: number): number {
    return this.#first[list]!;
  }

  /** The one behind a number of the list; -1 behind the last. */
  after(list: number, number: number): number {
    const after = this.#after[number]!;
    return after === this.#first[list] ? NONE : after;
  }

  /** Puts a number that stands in no list at the end of one. */
  add(list: number, number: number): void {
    const first = this.#first[list]!;
    if (first === NONE) {
      this.#first[list] = number;
      this.#after[number] = number;
      this.#before[number] = number;
      return;
    }
    const last = this.#before[first]!;
    this.#after[last] = number;
    this.#before[number] = last;
    this.#after[number] = first;
    this.#before[first] = number;
  }

  /** Puts all numbers in one list, in their order, while none stands in any: the same as `add` for each, for a start that has little time. */
  addAll(list: number): void {
    const last = this.#after.length - 1;
    for (let number = 0; number <= last; number++) {
      this.#after[number] = number + 1;
      this.#before[number] = number - 1;
    }
    this.#after[last] = 0;
    this.#before[0] = last;
    this.#first[list] = 0;
  }

  /** Takes a number out of the list that it stands in. */
  remove(list: number, number: number): void {
    const after = this.#after[number]!;
    const before = this.#before[number]!;
    this.#after[before] = after;
    this.#before[after] = before;
    if (this.#first[list] === number) this.#first[list] = after === number ? NONE : after;
  }
}
