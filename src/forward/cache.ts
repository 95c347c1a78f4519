/** Answers of upstreams for as long as their TTLs allow. The door to lru-cache. */

import { LRUCache } from 'lru-cache';
import type { UpstreamRefusal } from '../decision/upstream-refusal.ts';
import type { Answer } from '../wire/answer.ts';
import { AA, CD, flags2Of, readUint32, writeUint32 } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import { Opcode, Rcode, RrClass } from '../wire/registry.ts';

/** Seconds, but for `entries`. */
export interface CacheSettings {
  readonly entries: number;
  readonly maxTtl: number;
  readonly minTtl: number;
  readonly negativeMaxTtl: number;
}

/** Seconds for which an upstream's refusal is answered again: policy changes, and operators wait. */
const REFUSAL_TTL = 5;

/** One answer. Nothing in it changes. */
export interface CacheEntry {
  /** Header, question and records, without the OPT record; none for a refusal. */
  readonly octets: Uint8Array;
  /** Where the TTLs stand. */
  readonly ttlAt: Uint16Array;
  readonly rcode: number;
  /** What policy wants to know of it: see `Answer`. */
  readonly hasAlias: boolean;
  readonly isSigned: boolean;
  /** Which of the upstream's answers it is for: the rest of the key. */
  readonly variant: number;
  readonly qtype: number;
  readonly name: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
  readonly expiresAt: number;
  /** The upstream's name, for records. */
  readonly upstream: string;
  /** Octets of the upstream's EDE options, passed on with each hit. */
  readonly options: Uint8Array;
  /** The entry stands for this refusal. */
  readonly refusal: UpstreamRefusal | undefined;
}

const NO_OCTETS = new Uint8Array(0);
const NO_TTLS = new Uint16Array(0);

export class AnswerCache {
  hits = 0;
  misses = 0;
  evictions = 0;
  readonly #settings: CacheSettings;
  /** By a hash of the question; the entry says whether it really is the one. */
  readonly #entries: LRUCache<number, CacheEntry> | undefined;

  /** `before` is the cache that it takes the place of: counting goes on. */
  constructor(settings: CacheSettings, before?: AnswerCache) {
    this.#settings = settings;
    if (before !== undefined) {
      this.hits = before.hits;
      this.misses = before.misses;
      this.evictions = before.evictions;
    }
    if (settings.entries === 0) return;
    this.#entries = new LRUCache({
      max: settings.entries,
      dispose: (_entry, _key, reason) => {
        if (reason === 'evict') this.evictions++;
      },
    });
  }

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  /** A live entry for the query. `view` tells apart clients that are answered differently. */
  find(query: Query, view: number, now: number): CacheEntry | undefined {
    const variant = variantOf(query, view);
    const entry = this.#entries?.get(keyOf(query, variant));
    if (entry === undefined || entry.expiresAt <= now || !isFor(entry, query, variant)) {
      this.misses++;
      return undefined;
    }
    this.hits++;
    return entry;
  }

  /** Keeps an answer as long as it allows (RFC 2308 section 5, RFC 1035 section 7.4). */
  store(
    query: Query,
    view: number,
    answer: Answer,
    { upstream, options, now }: { upstream: string; options: Uint8Array; now: number },
  ): void {
    if (answer.truncated || !isCacheable(answer.rcode)) return;
    const seconds = this.#lifetime(answer);
    if (seconds <= 0) return;
    this.#set(query, view, now, seconds, {
      octets: answer.message.slice(0, answer.withoutOpt()),
      ttlAt: answer.ttlAt.slice(0, answer.ttlCount),
      rcode: answer.rcode,
      hasAlias: answer.hasAlias,
      isSigned: answer.isSigned,
      upstream,
      options,
      refusal: undefined,
    });
  }

  /** Keeps a refusal for a few seconds. */
  storeRefusal(query: Query, view: number, refusal: UpstreamRefusal, now: number): void {
    this.#set(query, view, now, REFUSAL_TTL, {
      octets: NO_OCTETS,
      ttlAt: NO_TTLS,
      rcode: Rcode.REFUSED,
      hasAlias: false,
      isSigned: false,
      upstream: refusal.address,
      options: NO_OCTETS,
      refusal,
    });
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

  #set(
    query: Query,
    view: number,
    now: number,
    seconds: number,
    entry: Omit<CacheEntry, 'variant' | 'qtype' | 'name' | 'storedAt' | 'expiresAt'>,
  ): void {
    const variant = variantOf(query, view);
    this.#entries?.set(keyOf(query, variant), {
      ...entry,
      variant,
      qtype: query.qtype,
      name: query.name.slice(0, query.nameLength),
      storedAt: now,
      expiresAt: now + seconds * 1000,
    });
  }
}

/**
 * Copies an entry's octets to `out`, as old as it is by now: each TTL less the seconds since
 * it was stored, AA=0. Returns their length.
 */
export function writeCached(out: Uint8Array, entry: CacheEntry, now: number): number {
  const { octets, ttlAt } = entry;
  out.set(octets);
  out[2]! &= ~AA;
  const age = Math.floor((now - entry.storedAt) / 1000);
  for (let i = 0; i < ttlAt.length; i++) {
    const at = ttlAt[i]!;
    const left = readUint32(out, at) - age;
    writeUint32(out, at, left < 0 ? 0 : left);
  }
  return octets.length;
}

/** RD=0 asks what a server knows by itself, and is not told who asked what (cache snooping). */
export function isKeepable(query: Query): boolean {
  return (
    query.opcode === Opcode.QUERY &&
    query.qclass === RrClass.IN &&
    query.recursionDesired &&
    !query.isVerbatim
  );
}

function isCacheable(rcode: number): boolean {
  return rcode === Rcode.NOERROR || rcode === Rcode.NXDOMAIN;
}

/** DO and CD ask for other answers; so does another view. */
function variantOf(query: Query, view: number): number {
  const cd = (flags2Of(query.message) & CD) === 0 ? 0 : 2;
  return (view << 2) | cd | (query.dnssecOk ? 1 : 0);
}

/** A small integer, so that a lookup allocates nothing. */
function keyOf(query: Query, variant: number): number {
  const mixed = Math.imul(query.hashes[0]! ^ (query.qtype << 16) ^ variant, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

function isFor(entry: CacheEntry, query: Query, variant: number): boolean {
  const { name } = entry;
  if (entry.variant !== variant || entry.qtype !== query.qtype) return false;
  if (name.length !== query.nameLength) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== query.name[i]) return false;
  return true;
}
