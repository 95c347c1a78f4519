/**
 * Questions that could not be resolved a moment ago: they are not asked again for a few seconds
 * (RFC 9520), the longer the more often they have failed.
 */

import type { Query } from '../wire/query.ts';
import type { CacheEntry } from './cache-entry.ts';
import { isFor, keyOf } from './cache-key.ts';

/** Seconds for which a failure is kept, at first and at most (RFC 9520 section 3.2). */
const FIRST_SECONDS = 1;
const MOST_SECONDS = 5;
/** Milliseconds after which an earlier failure does not count any more. */
const FORGET_MS = 30_000;

interface KeptFailure {
  readonly entry: CacheEntry;
  readonly seconds: number;
}

export class Failures {
  readonly #capacity: number;
  readonly #failures: Map<number, KeptFailure> = new Map();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#failures.size;
  }

  find(query: Query, variant: number, now: number): CacheEntry | undefined {
    if (this.#failures.size === 0) return undefined;
    const entry = this.#failures.get(keyOf(query, variant))?.entry;
    if (entry === undefined || entry.expiresAt <= now) return undefined;
    return isFor(entry, query, variant) ? entry : undefined;
  }

  /** Keeps what `make` makes of the seconds that it is to be kept. */
  store(query: Query, variant: number, now: number, make: (seconds: number) => CacheEntry): void {
    if (this.#capacity === 0) return;
    const key = keyOf(query, variant);
    const before = this.#failures.get(key);
    const isRepeated =
      before !== undefined &&
      now - before.entry.expiresAt < FORGET_MS &&
      isFor(before.entry, query, variant);
    const seconds = isRepeated ? Math.min(before.seconds * 2, MOST_SECONDS) : FIRST_SECONDS;
    // Those that were stored last are behind all others.
    this.#failures.delete(key);
    if (this.#failures.size >= this.#capacity) {
      this.#failures.delete(this.#failures.keys().next().value!);
    }
    this.#failures.set(key, { entry: make(seconds), seconds });
  }

  /** All may be asked again: an upstream is back. */
  clear(): void {
    this.#failures.clear();
  }
}
