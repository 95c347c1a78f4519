/**
 * Questions that could not be resolved a moment ago: they are not asked again for a few seconds
 * (RFC 9520), the longer the more often they have failed.
 */

import type { Query } from '../wire/query.ts';
import { type CacheEntry, findEntry, withoutEntry } from './cache-entry.ts';
import { keyOf } from './cache-key.ts';
import { sizeOf } from './entry-size.ts';

/** Seconds for which a failure is kept, at first and at most (RFC 9520 section 3.2). */
const FIRST_SECONDS = 1;
const MOST_SECONDS = 5;
/** Milliseconds after which an earlier failure does not count any more. */
const FORGET_MS = 30_000;

export class Failures {
  readonly #capacity: number;
  readonly #maxOctets: number;
  /** Chains of entries whose keys are the same. */
  readonly #chains: Map<number, CacheEntry> = new Map();
  #octets = 0;

  /** The oldest make room when there are more than `capacity`, or they take more than `octets`. */
  constructor(capacity: number, octets: number) {
    this.#capacity = capacity;
    this.#maxOctets = octets;
  }

  get size(): number {
    return this.#chains.size;
  }

  find(query: Query, variant: number, now: number): CacheEntry | undefined {
    if (this.#chains.size === 0) return undefined;
    const entry = findEntry(this.#chains.get(keyOf(query, variant)), query, variant);
    return entry === undefined || entry.expiresAt <= now ? undefined : entry;
  }

  /** Keeps what `make` makes of the seconds that it is to be kept. */
  store(query: Query, variant: number, now: number, make: (seconds: number) => CacheEntry): void {
    const key = keyOf(query, variant);
    const chain = this.#chains.get(key);
    const before = findEntry(chain, query, variant);
    const made = make(secondsFor(before, now));
    // Those that were stored last are behind all others.
    if (chain !== undefined) this.#delete(key, chain);
    made.next = before === undefined ? chain : withoutEntry(chain, before);
    const octets = sizeOf(made);
    if (this.#capacity === 0 || octets > this.#maxOctets) return;
    while (this.#chains.size >= this.#capacity || this.#octets + octets > this.#maxOctets) {
      const [oldest] = this.#chains;
      this.#delete(...oldest!);
    }
    this.#chains.set(key, made);
    this.#octets += octets;
  }

  /** All may be asked again: an upstream is back. */
  clear(): void {
    this.#chains.clear();
    this.#octets = 0;
  }

  #delete(key: number, chain: CacheEntry): void {
    this.#chains.delete(key);
    this.#octets -= sizeOf(chain);
  }
}

/** Twice as long as the last time, if it has failed lately. */
function secondsFor(before: CacheEntry | undefined, now: number): number {
  if (before === undefined || now - before.expiresAt >= FORGET_MS) return FIRST_SECONDS;
  return Math.min(((before.expiresAt - before.storedAt) / 1000) * 2, MOST_SECONDS);
}
