/** Timers whose time a test moves itself: it passes as far as the test says, at any load. */

import type { StartTimer, Timer } from '../../src/clock.ts';

interface Started extends Timer {
  dueAt: number;
  readonly run: () => void;
}

export class PlayedTimers {
  #now = 0;
  readonly #started: Set<Started> = new Set();

  /** How many are running. */
  get count(): number {
    return this.#started.size;
  }

  readonly start: StartTimer = (run, milliseconds) => {
    let isClosed = false;
    const refresh = () => {
      timer.dueAt = this.#now + milliseconds;
      if (!isClosed) this.#started.add(timer);
    };
    const close = () => {
      isClosed = true;
      this.#started.delete(timer);
    };
    const timer: Started = { run, dueAt: 0, refresh, unref: () => {}, close };
    refresh();
    return timer;
  };

  /** Lets so many milliseconds pass: what is due runs, the earliest first. */
  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const due = [...this.#started]
        .filter(({ dueAt }) => dueAt <= end)
        .sort((a, b) => a.dueAt - b.dueAt);
      const [next] = due;
      if (next === undefined) break;
      this.#now = next.dueAt;
      this.#started.delete(next);
      next.run();
    }
    this.#now = end;
  }
}
