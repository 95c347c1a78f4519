/** The memory that an entry of the cache takes, as near as it can be known from here. */

import type { Attempt } from '../decision/upstream-refusal.ts';
import type { CacheEntry } from './cache-entry.ts';

/**
 * Octets, measured with Node 24 (bench/cache-memory.ts): an entry with its places in the maps, and
 * what its data takes besides when JavaScript does not keep it on its own heap.
 */
export const ENTRY_OCTETS = 600;
const OFF_HEAP = 200;
const ON_HEAP = 64;
/** What is kept of a refusal or a failure, and of each upstream that was asked or text it gave. */
const REASON = 300;
const DETAIL = 150;

/** An entry and those behind it in its chain. */
export function sizeOf(chain: CacheEntry): number {
  let size = 0;
  for (let entry: CacheEntry | undefined = chain; entry !== undefined; entry = entry.next) {
    const { byteLength } = entry.data;
    size += ENTRY_OCTETS + byteLength + (byteLength > ON_HEAP ? OFF_HEAP : 0) + reasonSize(entry);
  }
  return size;
}

function reasonSize({ refusal, failure }: CacheEntry): number {
  if (failure !== undefined) return REASON + attemptsSize(failure.attempts);
  if (refusal === undefined) return 0;
  const texts = refusal.ede.map(({ text }) => DETAIL + 2 * text.length);
  return REASON + attemptsSize(refusal.attempts) + texts.reduce((sum, size) => sum + size, 0);
}

function attemptsSize(attempts: readonly Attempt[]): number {
  return DETAIL * attempts.length;
}
