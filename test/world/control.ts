/** Times that hold on any machine: measured beside a control, which the same load slows down. */

const FACTOR = 10;

/** Milliseconds that something takes. */
export async function elapsed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/**
 * Milliseconds that are few: `quiet` of them where nothing else runs, and more where the control
 * takes long, which is something that is quick when the machine is.
 */
export function few(quiet: number, control: number): number {
  return quiet + FACTOR * control;
}
