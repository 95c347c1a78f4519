/** One answer in the cache, and how it is written into a reply. */

import type { Attempt, UpstreamRefusal } from '../decision/upstream-refusal.ts';
import { AA, readUint16, readUint32, writeUint16, writeUint32 } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';

/** TTL of records that are served after their time (RFC 8767 section 4). */
const STALE_TTL = 30;
/** Octets of an array that JavaScript keeps on its own heap, at most. */
const SMALL_ARRAY = 64;
const NO_OCTETS = new Uint8Array(0);

/** No upstream has answered: why, and who was asked. */
export interface ResolutionFailure {
  readonly reason: 'timedOut' | 'unreachable' | 'tooLarge';
  readonly attempts: readonly Attempt[];
}

/** What an entry has but for its question and its time. */
export interface EntryContent {
  /** Header, question and records, without the OPT record; none for a refusal. */
  readonly octets: Uint8Array;
  /** Where the TTLs stand. */
  readonly ttlAt: Uint16Array;
  readonly rcode: number;
  /** What policy wants to know of it: see `Answer`. */
  readonly hasAlias: boolean;
  /** The upstream's name, for records. */
  readonly upstream: string;
  /** Octets of the upstream's EDE options, passed on with each hit. */
  readonly options: Uint8Array;
  /** The entry stands for this refusal. */
  readonly refusal: UpstreamRefusal | undefined;
  /** The entry stands for this failure. */
  readonly failure: ResolutionFailure | undefined;
}

/** One answer. But for its place in a chain, nothing in it changes. */
export class CacheEntry {
  /** Which of the upstream's answers it is: the rest of the key. */
  readonly variant: number;
  readonly qtype: number;
  readonly rcode: number;
  readonly hasAlias: boolean;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
  readonly expiresAt: number;
  readonly upstream: string;
  readonly refusal: UpstreamRefusal | undefined;
  readonly failure: ResolutionFailure | undefined;
  /** An entry for another question whose key is the same. */
  next: CacheEntry | undefined;
  /**
   * The answer, where its TTLs stand, the name, the options: one behind the other, since each
   * array would take some hundred octets of memory besides.
   */
  readonly data: Uint8Array;
  /** Where in `data` the second, the third and the last part begin. */
  readonly length: number;
  readonly nameAt: number;
  readonly optionsAt: number;

  constructor(
    query: Query,
    variant: number,
    { storedAt, expiresAt }: { readonly storedAt: number; readonly expiresAt: number },
    { octets, ttlAt, options, ...content }: EntryContent,
  ) {
    this.variant = variant;
    this.qtype = query.qtype;
    this.rcode = content.rcode;
    this.hasAlias = content.hasAlias;
    this.storedAt = storedAt;
    this.expiresAt = expiresAt;
    this.upstream = content.upstream;
    this.refusal = content.refusal;
    this.failure = content.failure;
    this.length = octets.length;
    this.nameAt = this.length + 2 * ttlAt.length;
    this.optionsAt = this.nameAt + query.nameLength;
    this.data = new Uint8Array(this.optionsAt + options.length);
    this.data.set(octets);
    for (let i = 0; i < ttlAt.length; i++) writeUint16(this.data, this.length + 2 * i, ttlAt[i]!);
    this.data.set(query.name.subarray(0, query.nameLength), this.nameAt);
    this.data.set(options, this.optionsAt);
  }

  /** Header, question and records as they were stored: a view that is made each time. */
  get octets(): Uint8Array {
    return this.data.subarray(0, this.length);
  }

  get options(): Uint8Array {
    if (this.optionsAt === this.data.length) return NO_OCTETS;
    return this.data.subarray(this.optionsAt);
  }

  isFor({ name, nameLength, qtype }: Query, variant: number): boolean {
    if (this.variant !== variant || this.qtype !== qtype) return false;
    const { data, nameAt } = this;
    if (this.optionsAt - nameAt !== nameLength) return false;
    for (let i = 0; i < nameLength; i++) if (data[nameAt + i] !== name[i]) return false;
    return true;
  }

  /** Whether its name is this one, or below it; in lower-case wire format like its own. */
  isBelow(name: Uint8Array): boolean {
    const { data, optionsAt } = this;
    const start = optionsAt - name.length;
    for (let at = this.nameAt; at <= start; at += data[at]! + 1) {
      if (at === start) return data.subarray(at, optionsAt).every((octet, i) => octet === name[i]);
    }
    return false;
  }

  /**
   * Copies the octets to `out`, as old as they are by now: each TTL less the seconds since it was
   * stored, AA=0. In one whose time is over each TTL is 30. Returns their
   * length; what stands behind them in `out` is of no meaning.
   */
  writeTo(out: Uint8Array, now: number): number {
    const { data, length, nameAt } = this;
    // All of it, where there is room: a view of the first part would have to be made.
    out.set(out.length < data.length ? this.octets : data);
    out[2]! &= ~AA;
    const isStale = now >= this.expiresAt;
    const age = Math.floor((now - this.storedAt) / 1000);
    for (let next = length; next < nameAt; next += 2) {
      const at = readUint16(data, next);
      const left = readUint32(out, at) - age;
      writeUint32(out, at, isStale ? STALE_TTL : Math.max(left, 0));
    }
    return length;
  }

  /**
   * Gives the memory back of an entry that nobody needs any more: the collection of garbage
   * comes some 64 MB of answers later.
   */
  release(): void {
    if (this.data.length > SMALL_ARRAY) (this.data.buffer as ArrayBuffer).transfer(0);
  }
}

/** The chain's entry for the question. */
export function findEntry(
  chain: CacheEntry | undefined,
  query: Query,
  variant: number,
): CacheEntry | undefined {
  let entry = chain;
  while (entry !== undefined && !entry.isFor(query, variant)) entry = entry.next;
  return entry;
}

/** The chain without an entry of it. */
export function withoutEntry(
  chain: CacheEntry | undefined,
  gone: CacheEntry,
): CacheEntry | undefined {
  if (chain === gone) return chain.next;
  for (let entry = chain; entry !== undefined; entry = entry.next) {
    if (entry.next === gone) entry.next = gone.next;
  }
  return chain;
}
