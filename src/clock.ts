/** Milliseconds since the epoch, with a fraction, that never go backwards. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** A timer that was started: what code uses of those of Node. */
export interface Timer {
  /** Starts it once more, from now. */
  refresh(): unknown;
  /** From now on it does not keep the process from ending. */
  unref(): unknown;
  /** Stops it. */
  close(): unknown;
}

/** How a timer is started: `setTimeout`, or a test's own that moves the time itself. */
export type StartTimer = (run: () => void, milliseconds: number) => Timer;

/** Milliseconds less than which a clock is not taken to have been set. */
const LEAST_STEP_MS = 500;

/**
 * How far the clock on the wall has been set since the program began, in milliseconds: what is
 * told as a time needs it, and what is measured must not have it. `time` is what `now` returns.
 */
export function clockStep(time: number): number {
  const step = Date.now() - time;
  return Math.abs(step) < LEAST_STEP_MS ? 0 : step;
}

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration like `500ms`, `2s`, `10m`, `1h` or `1d`; undefined for another text. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * UNITS[unit as keyof typeof UNITS];
}
