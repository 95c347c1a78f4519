/** The recent decisions of several threads in one order, for people who look at them. */

import { type DecisionRecord, parseDecision } from '../observe/decision-filter.ts';
import type { RecentDecisions } from '../observe/recent.ts';

/** Milliseconds between two looks for new records, while somebody follows. */
const LOOK_MS = 100;

/** One record as it was written and as it reads. */
export interface SeenDecision {
  readonly line: string;
  readonly record: DecisionRecord;
}

/** The records of all threads, the latest first. */
export function latestDecisions(rings: readonly RecentDecisions[]): SeenDecision[] {
  return rings
    .flatMap((ring) => [...ring.latest()].flatMap(see))
    .sort((a, b) => (a.record.time < b.record.time ? 1 : a.record.time > b.record.time ? -1 : 0));
}

/**
 * Calls `listener` for each record to come, until the returned function is called. `rings` is
 * asked again each time: threads come and go.
 */
export function followDecisions(
  rings: () => readonly RecentDecisions[],
  listener: (seen: SeenDecision) => void,
): () => void {
  const seen = new Map(rings().map((ring) => [ring.buffer, ring.count]));
  const timer = setInterval(() => {
    for (const ring of rings()) {
      const lines = [...ring.since(seen.get(ring.buffer) ?? 0)];
      seen.set(ring.buffer, ring.count);
      for (const decision of lines.flatMap(see)) listener(decision);
    }
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** A line that its thread was overwriting while it was read is no record. */
function see(line: string): SeenDecision[] {
  const record = parseDecision(line);
  return record === undefined ? [] : [{ line, record }];
}
