/** How long servers take from their start to their first right answer, and what that costs. */

import { type Bench, say } from './bench.ts';
import { type Contestant, isInstalled, start, stop } from './contestant.ts';
import type { Question } from './first-answer.ts';
import { median } from './median.ts';
import { type Memory, memoryOf } from './proc.ts';

/** Medians of several starts. */
export interface Started {
  readonly milliseconds: number;
  readonly memory: Memory;
}

/** Starts a contestant several times, alone; a text says why that cannot be. */
export async function timeStarts(
  contestant: Contestant,
  bench: Bench,
  of: { question: Question; reps: number; upstream?: number | undefined },
): Promise<Started | string> {
  if (!isInstalled(contestant, bench)) return 'not installed';
  const samples: Started[] = [];
  try {
    for (let rep = 0; rep < of.reps; rep++) {
      const running = await start(contestant, bench, of);
      const memory = memoryOf(running.program.pid);
      samples.push({ milliseconds: running.startMs, memory });
      await stop(running);
    }
  } catch (error) {
    const problem = (error as Error).message;
    bench.failures.push(`${contestant.label}: ${problem}`);
    return problem;
  }
  const milliseconds = median(samples.map((sample) => sample.milliseconds));
  const resident = median(samples.map(({ memory }) => memory.resident));
  const peak = median(samples.map(({ memory }) => memory.peak));
  say(`  ${contestant.label}: first answer after ${milliseconds.toFixed(0)} ms`);
  return { milliseconds, memory: { resident, peak } };
}
