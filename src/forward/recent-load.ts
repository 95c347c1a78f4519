/** How many questions a server has answered, refused, and left unanswered, second by second. */

import type { LoadShares } from '../decision/refusal-facts.ts';

/** Seconds that are remembered. */
const SECONDS = 16;
/** Questions below which there is no load to compare. */
const ENOUGH = 20;

export class RecentLoad {
  /** By its position: which second it is, and what was counted in it. */
  readonly #seconds: Float64Array = new Float64Array(SECONDS);
  readonly #all: Uint32Array = new Uint32Array(SECONDS);
  readonly #refused: Uint32Array = new Uint32Array(SECONDS);
  readonly #lost: Uint32Array = new Uint32Array(SECONDS);

  note(isRefusal: boolean, now: number): void {
    const at = this.#at(now);
    this.#all[at]!++;
    if (isRefusal) this.#refused[at]!++;
  }

  /** What was asked at a time was never answered. */
  noteLost(sentAt: number): void {
    const at = this.#at(sentAt);
    this.#all[at]!++;
    this.#lost[at]!++;
  }

  /**
   * The shares of refusals in the seconds of more than half of the greatest load, and in the
   * others; undefined when there are too few questions to compare. Allocates.
   */
  recall(now: number): LoadShares | undefined {
    return this.#shares(this.#refused, now);
  }

  /** The same of what was not answered. Allocates. */
  recallLost(now: number): LoadShares | undefined {
    return this.#shares(this.#lost, now);
  }

  /** Where a second is counted: in the place of the one that was sixteen seconds before. */
  #at(now: number): number {
    const second = Math.floor(now / 1000);
    const at = second % SECONDS;
    if (this.#seconds[at] !== second) {
      this.#seconds[at] = second;
      this.#all[at] = 0;
      this.#refused[at] = 0;
      this.#lost[at] = 0;
    }
    return at;
  }

  #shares(counted: Uint32Array, now: number): LoadShares | undefined {
    const oldest = Math.floor(now / 1000) - SECONDS;
    const kept = [...this.#seconds.keys()].filter((i) => this.#seconds[i]! > oldest);
    const greatest = Math.max(0, ...kept.map((i) => this.#all[i]!));
    const busy = { all: 0, counted: 0 };
    const calm = { all: 0, counted: 0 };
    for (const i of kept) {
      const side = this.#all[i]! * 2 > greatest ? busy : calm;
      side.all += this.#all[i]!;
      side.counted += counted[i]!;
    }
    if (busy.all < ENOUGH || calm.all < ENOUGH) return undefined;
    return { busy: busy.counted / busy.all, calm: calm.counted / calm.all };
  }
}
