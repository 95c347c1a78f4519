/**
 * Whether a server brings the case of a name back, as nearly all do. That one does not is believed
 * of what nobody can forge: its answer by TCP. While that is not to be had, of several answers by
 * UDP with none between them that keeps it.
 */

/** Milliseconds for which a server counts as one that does not keep the case. */
const LOST_MS = 600_000;
/** Milliseconds after which it is tried once more, when a try has failed. */
const TRIAL_MS = 5000;
/** Answers by UDP that are as good as one by TCP. */
const DOUBTS = 3;

export class CaseKeeping {
  /** Until when it counts as one that does not keep the case; 0 for one that does. */
  #lostUntil = 0;
  #trialAt = 0;
  #doubts = 0;

  /** Whether it does not keep the case, as far as is known. */
  isLost(now: number): boolean {
    return now < this.#lostUntil;
  }

  /** Whether a question may have a random case: afterwards one at a time of a server that lost it. */
  isTried(now: number): boolean {
    if (this.#lostUntil === 0) return true;
    if (now < this.#lostUntil || now < this.#trialAt) return false;
    this.#trialAt = now + TRIAL_MS;
    return true;
  }

  kept(): void {
    this.#lostUntil = 0;
    this.#doubts = 0;
  }

  /** It has lost the case by TCP. */
  lost(now: number): void {
    this.#lostUntil = now + LOST_MS;
    this.#doubts = 0;
  }

  /** It seems to have lost the case by UDP, and has no TCP. */
  doubted(now: number): void {
    if (++this.#doubts >= DOUBTS) this.lost(now);
  }
}
