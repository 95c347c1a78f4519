/** How many questions a server has answered and refused, second by second. */

import type { History } from '../decision/refusal-facts.ts';

/** Seconds that are remembered. */
const SECONDS = 16;
/** Questions below which there is no load to compare. */
const ENOUGH = 20;

export class RecentLoad {
  /** By its position: which second it is, and what was counted in it. */
  readonly #seconds: Float64Array = new Float64Array(SECONDS);
  readonly #all: Uint32Array = new Uint32Array(SECONDS);
  readonly #refused: Uint32Array = new Uint32Array(SECONDS);

  note(isRefusal: boolean, now: number): void {
    const second = Math.floor(now / 1000);
    const at = second % SECONDS;
    if (this.#seconds[at] !== second) {
      this.#seconds[at] = second;
      this.#all[at] = 0;
      this.#refused[at] = 0;
    }
    this.#all[at]!++;
    if (isRefusal) this.#refused[at]!++;
  }

  /**
   * The shares of refusals in the seconds of more than half of the greatest load, and in the
   * others; undefined when there are too few questions to compare. Allocates.
   */
  recall(now: number): History['load'] {
    const oldest = Math.floor(now / 1000) - SECONDS;
    const kept = [...this.#seconds.keys()].filter((i) => this.#seconds[i]! > oldest);
    const greatest = Math.max(0, ...kept.map((i) => this.#all[i]!));
    const busy = { all: 0, refused: 0 };
    const calm = { all: 0, refused: 0 };
    for (const i of kept) {
      const side = this.#all[i]! * 2 > greatest ? busy : calm;
      side.all += this.#all[i]!;
      side.refused += this.#refused[i]!;
    }
    if (busy.all < ENOUGH || calm.all < ENOUGH) return undefined;
    return { busy: busy.refused / busy.all, calm: calm.refused / calm.all };
  }
}
