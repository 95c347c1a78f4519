/** Things of one kind that are used again and again. */

export class Pool<T> {
  /** All that there are, by number: those in use and those that wait to be used again. */
  readonly made: T[] = [];
  readonly #limit: number;
  readonly #make: (index: number) => T;
  readonly #free: T[] = [];

  /** At most `limit` things; each is made when so many are in use for the first time. */
  constructor(limit: number, make: (index: number) => T) {
    this.#limit = limit;
    this.#make = make;
  }

  /** How many may yet be taken. */
  get left(): number {
    return this.#limit - this.inUse;
  }

  get inUse(): number {
    return this.made.length - this.#free.length;
  }

  /** The one that was given back last, or a new one; undefined when all are in use. */
  take(): T | undefined {
    const free = this.#free.pop();
    if (free !== undefined || this.made.length === this.#limit) return free;
    const made = this.#make(this.made.length);
    this.made.push(made);
    return made;
  }

  give(one: T): void {
    this.#free.push(one);
  }
}
