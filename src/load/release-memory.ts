/** Giving back the memory of a policy that no longer serves. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { trimHeap } from '../transport/process-memory.ts';
import type { Snapshot } from './snapshot.ts';

/** Bytes of rules that are worth a pause of some milliseconds. */
const WORTHWHILE = 8 << 20;

/** Whether so much goes with a snapshot that it should not wait for the next collection. */
export function holdsMuch({ images: { zones, lists }, states, lists: fetched }: Snapshot): boolean {
  const arrived = [...states.values(), ...fetched.values()].flatMap(({ image }) => image ?? []);
  let bytes = 0;
  for (const { rules } of [...zones.values(), ...lists.values(), ...arrived]) {
    bytes += rules.names.names.length;
  }
  return bytes >= WORTHWHILE;
}

/** As V8 has it for `gc`. */
interface Collection {
  readonly type: 'major';
  readonly execution: 'sync';
  readonly flavor: 'last-resort';
}
const THOROUGH: Collection = { type: 'major', execution: 'sync', flavor: 'last-resort' };

/**
 * Collects a thread's garbage now. Shared memory is freed when the last thread has noticed that
 * nobody needs it; a thread that serves without allocating would not for hours.
 */
export function collectGarbage(): void {
  collector()();
}

/** The same, and has V8 keep no more memory than is in use: for a thread that has nothing to do, it takes some 50 ms. */
export function collectAllGarbage(): void {
  collector()(THOROUGH);
}

/** A server has set the flag at its start; it is never taken back, since another thread may be here at the same time. */
function collector(): (how?: Collection) => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as (how?: Collection) => void;
}

/** The same for the main thread, which gives back what all threads have left. */
export function releaseMemory(): void {
  collectGarbage();
  trimHeap();
}
