/** Answers of upstreams for as long as their TTLs allow. The door to lru-cache. */

import { LRUCache } from 'lru-cache';
import type { UpstreamRefusal } from '../decision/upstream-refusal.ts';
import type { Answer } from '../wire/answer.ts';
import type { Query } from '../wire/query.ts';
import { Rcode } from '../wire/registry.ts';
import {
  CacheEntry,
  type EntryContent,
  findEntry,
  type ResolutionFailure,
  withoutEntry,
} from './cache-entry.ts';
import { keyOf, variantOf } from './cache-key.ts';
import { ENTRY_OCTETS, sizeOf } from './entry-size.ts';
import { Failures } from './failures.ts';

/** Seconds, but for `size` in octets and `entries`. */
export interface CacheSettings {
  readonly size: number;
  readonly entries: number;
  readonly maxTtl: number;
  readonly minTtl: number;
  readonly negativeMaxTtl: number;
  /** How long after its time an answer may serve when upstreams fail (RFC 8767). */
  readonly serveStale: number;
}

/** Seconds for which an upstream's refusal is answered again: policy changes, and operators wait. */
const REFUSAL_TTL = 5;
/** Failures that are kept. */
const MAX_FAILURES = 10_000;
/** The part of the memory that they may take: one of so many. */
const FAILURES_PART = 8;

/** Given to each lookup, which would make some of its own. */
const NO_OPTIONS = {};
const NO_OCTETS = new Uint8Array(0);
const NOTHING = {
  octets: NO_OCTETS,
  ttlAt: new Uint16Array(0),
  hasAlias: false,
  options: NO_OCTETS,
  refusal: undefined,
  failure: undefined,
};

export class AnswerCache {
  hits = 0;
  misses = 0;
  evictions = 0;
  readonly #settings: CacheSettings;
  readonly #failures: Failures;
  /** Octets for answers, and how many there may be. */
  readonly #size: number;
  readonly #capacity: number;
  /** By a hash of the question: a chain of entries, each of which knows its question. */
  #entries: LRUCache<number, CacheEntry> | undefined;

  /** `before` is the cache that it takes the place of: counting goes on. */
  constructor(settings: CacheSettings, before?: AnswerCache) {
    this.#settings = settings;
    const { size, entries } = settings;
    const forFailures = Math.floor(size / FAILURES_PART);
    this.#failures = new Failures(Math.min(entries, MAX_FAILURES), forFailures);
    this.#size = size - forFailures;
    // So many have room if they are small: more places would take memory and stay empty.
    this.#capacity = Math.min(entries, Math.floor(this.#size / ENTRY_OCTETS));
    if (before !== undefined) {
      this.hits = before.hits;
      this.misses = before.misses;
      this.evictions = before.evictions;
    }
  }

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  /**
   * What the query is answered with: a live answer; while its resolution has failed a moment ago
   * that failure, or an answer that is stale. `view` distinguishes clients that are answered
   * differently.
   */
  find(query: Query, view: number, now: number): CacheEntry | undefined {
    const variant = variantOf(query, view);
    const entry = this.#entryOf(query, variant);
    const isLive = entry !== undefined && entry.expiresAt > now;
    const found = isLive ? entry : this.#failures.find(query, variant, now);
    if (found === undefined) {
      this.misses++;
      return undefined;
    }
    this.hits++;
    return isLive || !this.#isServable(entry, now) ? found : entry;
  }

  /** An answer whose time is over, for when no other can be had (RFC 8767). */
  findStale(query: Query, view: number, now: number): CacheEntry | undefined {
    if (this.#settings.serveStale === 0) return undefined;
    const entry = this.#entryOf(query, variantOf(query, view));
    return this.#isServable(entry, now) ? entry : undefined;
  }

  /** Keeps an answer as long as it allows (RFC 2308 section 5, RFC 1035 section 7.4). */
  store(
    query: Query,
    view: number,
    answer: Answer,
    { upstream, options, now }: { upstream: string; options: Uint8Array; now: number },
  ): void {
    if (this.#capacity === 0) return;
    const { rcode } = answer;
    const isAnswer = rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN;
    if (answer.truncated || !(isAnswer || rcode === Rcode.SERVFAIL)) return;
    const seconds = isAnswer ? this.#lifetime(answer) : 0;
    if (isAnswer && seconds <= 0) return;
    const content = {
      octets: answer.message.subarray(0, answer.withoutOpt()),
      ttlAt: answer.ttlAt.subarray(0, answer.ttlCount),
      rcode,
      hasAlias: answer.hasAlias,
      upstream,
      options,
      refusal: undefined,
      failure: undefined,
    };
    if (isAnswer) this.#set(query, view, now, seconds, content);
    else this.#fail(query, view, now, content);
  }

  /** Keeps a refusal for a few seconds. */
  storeRefusal(query: Query, view: number, refusal: UpstreamRefusal, now: number): void {
    const content = { ...NOTHING, rcode: Rcode.REFUSED, upstream: refusal.address, refusal };
    this.#set(query, view, now, REFUSAL_TTL, content);
  }

  /** Keeps that nobody has answered, for a moment. */
  storeFailure(query: Query, view: number, failure: ResolutionFailure, now: number): void {
    this.#fail(query, view, now, { ...NOTHING, rcode: Rcode.SERVFAIL, upstream: '', failure });
  }

  /** An upstream is back: what has failed may be asked again. */
  forgetFailures(): void {
    this.#failures.clear();
  }

  /** Forgets the refusals: they may have been for what a reload has changed. */
  purgeRefusals(): void {
    for (const [key, chain] of this.#entries?.entries() ?? []) {
      // An answer whose key happens to be the same goes with it: it can be had again.
      for (let entry: CacheEntry | undefined = chain; entry; entry = entry.next) {
        if (entry.refusal !== undefined) this.#entries?.delete(key);
      }
    }
  }

  /** Forgets what is kept for a name in lower-case wire format and for all names below it. */
  flush(name: Uint8Array): void {
    for (const [key, chain] of this.#entries?.entries() ?? []) {
      for (let entry: CacheEntry | undefined = chain; entry; entry = entry.next) {
        if (!entry.isBelow(name)) continue;
        // An answer whose key happens to be the same goes with it: it can be had again.
        this.#entries?.delete(key);
        break;
      }
    }
    this.#failures.clear();
  }

  #lifetime(answer: Answer): number {
    const { maxTtl, minTtl, negativeMaxTtl } = this.#settings;
    if (answer.ttl < 0) return 0;
    return Math.min(Math.max(answer.ttl, minTtl), answer.isNegative ? negativeMaxTtl : maxTtl);
  }

  #entryOf(query: Query, variant: number): CacheEntry | undefined {
    return findEntry(this.#entries?.get(keyOf(query, variant), NO_OPTIONS), query, variant);
  }

  /** RFC 8767 section 5: not for longer than is configured; and a refusal is no data. */
  #isServable(entry: CacheEntry | undefined, now: number): boolean {
    if (entry === undefined || entry.refusal !== undefined) return false;
    return now < entry.expiresAt + this.#settings.serveStale * 1000;
  }

  #set(query: Query, view: number, now: number, seconds: number, content: EntryContent): void {
    if (this.#capacity === 0) return;
    const variant = variantOf(query, view);
    const entry = new CacheEntry(query, variant, lifetime(now, seconds), content);
    // The places are made at once: not before there is something to keep.
    this.#entries ??= this.#createEntries();
    const key = keyOf(query, variant);
    const chain = this.#entries.peek(key, NO_OPTIONS);
    const before = findEntry(chain, query, variant);
    entry.next = before === undefined ? chain : withoutEntry(chain, before);
    this.#entries.set(key, entry, { size: sizeOf(entry) });
    before?.release();
  }

  #createEntries(): LRUCache<number, CacheEntry> {
    return new LRUCache({
      max: this.#capacity,
      maxSize: this.#size,
      dispose: (chain, _key, reason) => {
        if (reason !== 'evict') return;
        this.evictions++;
        for (let entry: CacheEntry | undefined = chain; entry; entry = entry.next) entry.release();
      },
    });
  }

  #fail(query: Query, view: number, now: number, content: EntryContent): void {
    const variant = variantOf(query, view);
    this.#failures.store(
      query,
      variant,
      now,
      (seconds) => new CacheEntry(query, variant, lifetime(now, seconds), content),
    );
  }
}

function lifetime(now: number, seconds: number) {
  return { storedAt: now, expiresAt: now + seconds * 1000 };
}

/** RD=0 asks what a server knows by itself, and is not content who asked what (cache snooping). */
export function isKeepable(query: Query): boolean {
  return query.isLookup && query.recursionDesired && !query.isVerbatim;
}
