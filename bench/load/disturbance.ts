/** What else goes on on the machine: numbers from a busy one are worth less. */

import { cpus } from 'node:os';

const WATCH_MS = 500;

/** The part of the cores' time that others take while nothing is measured. */
export async function watchOthers(): Promise<number> {
  const before = times();
  await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  const after = times();
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
}

function times(): { idle: number; all: number } {
  let idle = 0;
  let all = 0;
  for (const core of cpus()) {
    idle += core.times.idle;
    all += Object.values(core.times).reduce((sum, one) => sum + one, 0);
  }
  return { idle, all };
}
