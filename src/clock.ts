/** Milliseconds since the epoch, with a fraction, that never go backwards. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
