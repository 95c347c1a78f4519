/** Milliseconds since the epoch, with a fraction, that never go backwards. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Milliseconds less than which a clock is not taken to have been set. */
const LEAST_STEP_MS = 500;

/**
 * How far the clock on the wall has been set since the program began, in milliseconds: what is
 * told as a time needs it, and what is measured must not have it. `time` is what `now` says.
 */
export function clockStep(time: number): number {
  const step = Date.now() - time;
  return Math.abs(step) < LEAST_STEP_MS ? 0 : step;
}
