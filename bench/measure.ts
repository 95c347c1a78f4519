/** Time and allocation of one operation, in a process that collects garbage only when asked. */

export interface Measured {
  readonly name: string;
  readonly nanoseconds: number;
  readonly bytes: number;
  /** Bytes that it may allocate. */
  readonly budget: number;
}

const WARM_UP = 200_000;
const OPERATIONS = 500_000;

/** Throws when this process would not notice an allocation: then no budget means anything. */
export function assertSees(): void {
  let kept: unknown;
  const { bytes } = measure('a small object', 0, () => {
    kept = { one: 1, two: 2 };
  });
  if (kept === undefined || bytes < 16)
    throw new Error('allocations go unnoticed: give the young generation more room');
}

/** Runs `operation` often. Needs `--expose-gc` and a young generation that holds it all. */
export function measure(name: string, budget: number, operation: () => void): Measured {
  for (let i = 0; i < WARM_UP; i++) operation();
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('run it with --expose-gc');
  collect();
  const heapBefore = process.memoryUsage().heapUsed;
  const start = process.hrtime.bigint();
  for (let i = 0; i < OPERATIONS; i++) operation();
  const nanoseconds = Number(process.hrtime.bigint() - start) / OPERATIONS;
  const bytes = Math.max(0, process.memoryUsage().heapUsed - heapBefore) / OPERATIONS;
  return { name, nanoseconds, bytes, budget };
}
