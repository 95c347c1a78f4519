/** Whether a server refuses whatever it is asked, and when it is asked first again. */

/** Milliseconds until a refusing server gets a client's question first again. */
const FIRST_TRIAL_MS = 5000;
const LAST_TRIAL_MS = 80_000;
/** Names refused one after the other that make a refusing server. */
const REFUSALS = 5;

export class Refusals {
  /** Names refused since the last answer, and the last of them. */
  #refusals = 0;
  #refusedName = 0;
  #trialAt = 0;
  #trialMs = FIRST_TRIAL_MS;

  /** It refuses whatever it is asked: it does not recurse for this program. */
  get isRefusing(): boolean {
    return this.#refusals >= REFUSALS;
  }

  /** Whether others are asked before it. */
  comesLater(now: number): boolean {
    return this.isRefusing && now < this.#trialAt;
  }

  /** It has answered a question for recursion. */
  answered(): void {
    this.#refusals = 0;
    this.#trialMs = FIRST_TRIAL_MS;
  }

  /** It has refused a question for recursion; `name` is a hash. */
  refused(name: number, now: number): void {
    if (this.isRefusing) {
      if (now < this.#trialAt) return;
      this.#trialMs = Math.min(this.#trialMs * 2, LAST_TRIAL_MS);
      this.#trialAt = now + this.#trialMs;
      return;
    }
    if (this.#refusals > 0 && name === this.#refusedName) return;
    this.#refusedName = name;
    this.#refusals++;
    this.#trialAt = now + this.#trialMs;
  }
}
