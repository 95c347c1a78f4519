/** Whether a server is worth asking first: what went wrong lately, and when it is tried again. */

/** What a server is chosen by: the lower, the sooner. */
export const Rank = { GOOD: 0, REFUSING: 1, DOWN: 2 } as const;
export type Rank = (typeof Rank)[keyof typeof Rank];

/** Milliseconds until a server that is down is looked at, at first and at most. */
const FIRST_CHECK_MS = 1000;
const LAST_CHECK_MS = 32_000;
/** Milliseconds until a refusing server gets a client's question first again. */
const FIRST_TRIAL_MS = 5000;
const LAST_TRIAL_MS = 80_000;
/** Names refused one after the other that make a refusing server. */
const REFUSALS = 5;
/** Questions answered by others in its place, one after the other, that make it down. */
const OVERTAKEN = 3;

export class Health {
  #heardAt = Number.NEGATIVE_INFINITY;
  #isDown = false;
  #checkAt = 0;
  #checkMs = FIRST_CHECK_MS;
  #overtaken = 0;
  /** Names refused since the last answer, and the last of them. */
  #refusals = 0;
  #refusedName = 0;
  #trialAt = 0;
  #trialMs = FIRST_TRIAL_MS;

  rank(now: number): Rank {
    if (this.#isDown) return Rank.DOWN;
    return this.isRefusing && now < this.#trialAt ? Rank.REFUSING : Rank.GOOD;
  }

  get isDown(): boolean {
    return this.#isDown;
  }

  /** It refuses whatever it is asked: it does not recurse for this program. */
  get isRefusing(): boolean {
    return this.#refusals >= REFUSALS;
  }

  /** Something has come from it; true when it was down before. */
  heard(now: number): boolean {
    const wasDown = this.#isDown;
    this.#heardAt = now;
    this.#isDown = false;
    this.#checkMs = FIRST_CHECK_MS;
    this.#overtaken = 0;
    return wasDown;
  }

  /** What was sent at a time has not been answered; something that came since speaks for it. */
  failed(sentAt: number, now: number): void {
    if (this.#heardAt >= sentAt || this.#isDown) return;
    this.#isDown = true;
    this.#checkAt = now + FIRST_CHECK_MS;
  }

  /** Another was asked later and has answered sooner. */
  overtaken(sentAt: number, now: number): void {
    if (this.#heardAt < sentAt && ++this.#overtaken >= OVERTAKEN) this.failed(sentAt, now);
  }

  /** Whether it is time to look at it; then the next time is further away. */
  isCheckDue(now: number): boolean {
    if (!this.#isDown || now < this.#checkAt) return false;
    this.#checkMs = Math.min(this.#checkMs * 2, LAST_CHECK_MS);
    this.#checkAt = now + this.#checkMs;
    return true;
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
