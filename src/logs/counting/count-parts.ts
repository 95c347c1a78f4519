/** Counts the parts of a log that no other thread has taken. */

import { readPart } from '../log-parts.ts';
import type { LogPart } from '../range-lines.ts';
import type { ReportCounter } from './report-counter.ts';

/** What threads share: the next part, and how far each has come. */
export interface Shared {
  readonly next: Int32Array;
  /** Octets and records of each thread. */
  readonly done: Float64Array;
}

/** A file that could not be read to its end. */
export interface Unreadable {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** Resolves to the files that could not be read to their end; `look` is called now and then. */
export async function countParts(
  parts: readonly LogPart[],
  counter: ReportCounter,
  { next, done }: Shared,
  thread: number,
  look: () => void = () => {},
): Promise<Unreadable[]> {
  const unreadable: Unreadable[] = [];
  for (;;) {
    const index = Atomics.add(next, 0, 1);
    const part = parts[index];
    if (part === undefined) return unreadable;
    const before = done[2 * thread]!;
    try {
      for await (const octets of readPart(part)) {
        counter.add(octets, index);
        if (part.blocks === undefined && part.isPacked !== true) {
          done[2 * thread]! += octets.length;
        }
        done[2 * thread + 1] = counter.read;
        look();
      }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (typeof code !== 'string') throw error;
      unreadable.push({ path: part.path, code, message });
    }
    done[2 * thread] = before + part.length;
  }
}
