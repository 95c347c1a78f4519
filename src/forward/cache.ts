/** Answers of upstreams for as long as their TTLs allow. The door to lru-cache. */

import { LRUCache } from 'lru-cache';
import type { UpstreamRefusal } from '../decision/upstream-refusal.ts';
import type { Answer } from '../wire/answer.ts';
import type { Query } from '../wire/query.ts';
import { Rcode } from '../wire/registry.ts';
import {
  type CacheEntry,
  type EntryContent,
  entryFor,
  type ResolutionFailure,
} from './cache-entry.ts';
import { isFor, keyOf, variantOf } from './cache-key.ts';
import { Failures } from './failures.ts';

/** Seconds, but for `entries`. */
export interface CacheSettings {
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

/** Given to each lookup, which would make some of its own. */
const NO_OPTIONS = {};
const NO_OCTETS = new Uint8Array(0);
const NOTHING = {
  octets: NO_OCTETS,
  ttlAt: new Uint16Array(0),
  hasAlias: false,
  isSigned: false,
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
  /** By a hash of the question; the entry says whether it really is the one. */
  #entries: LRUCache<number, CacheEntry> | undefined;

  /** `before` is the cache that it takes the place of: counting goes on. */
  constructor(settings: CacheSettings, before?: AnswerCache) {
    this.#settings = settings;
    this.#failures = new Failures(Math.min(settings.entries, MAX_FAILURES));
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
   * that failure, or an answer that is stale. `view` tells apart clients that are answered
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
    if (this.#settings.entries === 0) return;
    const { rcode } = answer;
    const isAnswer = rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN;
    if (answer.truncated || !(isAnswer || rcode === Rcode.SERVFAIL)) return;
    const seconds = isAnswer ? this.#lifetime(answer) : 0;
    if (isAnswer && seconds <= 0) return;
    const content = {
      octets: answer.message.slice(0, answer.withoutOpt()),
      ttlAt: answer.ttlAt.slice(0, answer.ttlCount),
      rcode,
      hasAlias: answer.hasAlias,
      isSigned: answer.isSigned,
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
    for (const [key, entry] of this.#entries?.entries() ?? []) {
      if (entry.refusal !== undefined) this.#entries?.delete(key);
    }
  }

  #lifetime(answer: Answer): number {
    const { maxTtl, minTtl, negativeMaxTtl } = this.#settings;
    if (answer.ttl < 0) return 0;
    return Math.min(Math.max(answer.ttl, minTtl), answer.isNegative ? negativeMaxTtl : maxTtl);
  }

  #entryOf(query: Query, variant: number): CacheEntry | undefined {
    const entry = this.#entries?.get(keyOf(query, variant), NO_OPTIONS);
    return entry !== undefined && isFor(entry, query, variant) ? entry : undefined;
  }

  /** RFC 8767 section 5: not for longer than is configured; and a refusal is no data. */
  #isServable(entry: CacheEntry | undefined, now: number): boolean {
    if (entry === undefined || entry.refusal !== undefined) return false;
    return now < entry.expiresAt + this.#settings.serveStale * 1000;
  }

  #set(query: Query, view: number, now: number, seconds: number, content: EntryContent): void {
    if (this.#settings.entries === 0) return;
    const variant = variantOf(query, view);
    const entry = entryFor(query, variant, now, seconds, content);
    // All its room is made at once: not before there is something to keep.
    this.#entries ??= this.#createEntries();
    this.#entries.set(keyOf(query, variant), entry);
  }

  #createEntries(): LRUCache<number, CacheEntry> {
    return new LRUCache({
      max: this.#settings.entries,
      dispose: (_entry, _key, reason) => {
        if (reason === 'evict') this.evictions++;
      },
    });
  }

  #fail(query: Query, view: number, now: number, content: EntryContent): void {
    const variant = variantOf(query, view);
    this.#failures.store(query, variant, now, (seconds) =>
      entryFor(query, variant, now, seconds, content),
    );
  }
}

/** RD=0 asks what a server knows by itself, and is not content who asked what (cache snooping). */
export function isKeepable(query: Query): boolean {
  return query.isLookup && query.recursionDesired && !query.isVerbatim;
}
