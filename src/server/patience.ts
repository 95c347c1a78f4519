/** How long a thread is waited for: as long as it makes progress, or cannot because others run. */

import type { HostTime } from './host-time.ts';
import { describeStep, StandstillError } from './thread-errors.ts';
import type { ThreadProgress } from './thread-progress.ts';

/** Milliseconds of CPU that a thread may have for one step before it is given up. */
const STEP_MS = 60_000;
/** Milliseconds between two looks at a thread. */
export const LOOK_MS = 500;
/** A look that comes later than this shows that the main thread itself did not run. */
const LATE_LOOK_MS = 2 * LOOK_MS;
/** Milliseconds after which the log names what is waited for; each next time takes twice as long. */
const NOTICE_MS = 5000;

export class Patience {
  readonly #progress: ThreadProgress;
  readonly #host: HostTime;
  readonly #notice: (text: string) => void;
  readonly #beganAt: number;
  #count: number;
  /** When the thread was last seen to have made progress. */
  #progressAt: number;
  #lookedAt: number;
  /** Milliseconds of CPU that the thread can have had since. */
  #had = 0;
  #noticeAfter: number = NOTICE_MS;

  /** `notice` is called with what a thread does that takes long. */
  constructor(progress: ThreadProgress, host: HostTime, notice: (text: string) => void) {
    this.#progress = progress;
    this.#host = host;
    this.#notice = notice;
    this.#count = progress.count;
    this.#beganAt = host.now();
    this.#progressAt = this.#beganAt;
    this.#lookedAt = this.#beganAt;
  }

  /** Looks at the thread; returns why it is not waited for any longer. */
  look(): StandstillError | undefined {
    const time = this.#host.now();
    const passed = Math.min(time - this.#lookedAt, LATE_LOOK_MS);
    const share = this.#host.cpuShare();
    const { count, step } = this.#progress;
    this.#lookedAt = time;
    this.#had += passed * share;
    if (count !== this.#count) {
      this.#count = count;
      this.#progressAt = time;
      this.#had = 0;
    }
    if (this.#had >= STEP_MS) return new StandstillError(step, seconds(time - this.#progressAt));
    if (time - this.#beganAt >= this.#noticeAfter) {
      const waited = seconds(time - this.#beganAt);
      const load = share < 1 ? ` (a thread gets ${Math.round(100 * share)}% of a CPU here)` : '';
      this.#notice(`is still ${describeStep(step)} after ${waited} s; it is waited for${load}`);
      this.#noticeAfter *= 2;
    }
    return undefined;
  }
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds / 1000);
}
