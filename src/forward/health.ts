/** Whether a server answers by one transport, and when it is tried again if it does not. */

/** Milliseconds until a server that is down is looked at, at first and at most. */
const FIRST_CHECK_MS = 1000;
const LAST_CHECK_MS = 32_000;
/** Milliseconds between questions of clients to a server that is down. */
const TRIAL_MS = 1000;
/** Questions answered by others in its place, one after the other, that make it down. */
const OVERTAKEN = 3;

export class Health {
  /** When something last came from it. */
  heardAt: number = Number.NEGATIVE_INFINITY;
  /** When it was last found to be down. */
  downAt: number = Number.NEGATIVE_INFINITY;
  #isDown = false;
  #checkAt = 0;
  #checkMs = FIRST_CHECK_MS;
  #trialAt = 0;
  #overtaken = 0;

  get isDown(): boolean {
    return this.#isDown;
  }

  /** Something has come from it; true when it was down before. */
  heard(now: number): boolean {
    const wasDown = this.#isDown;
    this.heardAt = now;
    this.#isDown = false;
    this.#checkMs = FIRST_CHECK_MS;
    this.#overtaken = 0;
    return wasDown;
  }

  /** What was sent at a time has not been answered; unless something came since, it is down. */
  failed(sentAt: number, now: number): void {
    if (this.heardAt >= sentAt || this.#isDown) return;
    this.#isDown = true;
    this.downAt = now;
    this.#checkAt = now + FIRST_CHECK_MS;
    this.#trialAt = now + TRIAL_MS;
  }

  /** Another was asked later and has answered sooner. */
  overtaken(sentAt: number, now: number): void {
    if (this.heardAt < sentAt && ++this.#overtaken >= OVERTAKEN) this.failed(sentAt, now);
  }

  /** Whether it is time to look at it; then the next time is further away. */
  isCheckDue(now: number): boolean {
    if (!this.#isDown || now < this.#checkAt) return false;
    this.#checkMs = Math.min(this.#checkMs * 2, LAST_CHECK_MS);
    this.#checkAt = now + this.#checkMs;
    return true;
  }

  /** Whether it is down, and has got no question of a client for a while. */
  isTrialDue(now: number): boolean {
    return this.#isDown && now >= this.#trialAt;
  }

  /** It is being asked a client's question. */
  tried(now: number): void {
    if (this.#isDown) this.#trialAt = now + TRIAL_MS;
  }
}
