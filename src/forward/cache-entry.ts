/** One answer in the cache, and how it is written into a reply. */

import type { Attempt, UpstreamRefusal } from '../decision/upstream-refusal.ts';
import { AA, readUint32, writeUint32 } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import type { Keyed } from './cache-key.ts';

/** TTL of records that are served after their time (RFC 8767 section 4). */
const STALE_TTL = 30;

/** No upstream has answered: why, and who was asked. */
export interface ResolutionFailure {
  readonly reason: 'timedOut' | 'unreachable' | 'tooLarge';
  readonly attempts: readonly Attempt[];
}

/** One answer. Nothing in it changes. */
export interface CacheEntry extends Keyed {
  /** Header, question and records, without the OPT record; none for a refusal. */
  readonly octets: Uint8Array;
  /** Where the TTLs stand. */
  readonly ttlAt: Uint16Array;
  readonly rcode: number;
  /** What policy wants to know of it: see `Answer`. */
  readonly hasAlias: boolean;
  readonly isSigned: boolean;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
  readonly expiresAt: number;
  /** The upstream's name, for records. */
  readonly upstream: string;
  /** Octets of the upstream's EDE options, passed on with each hit. */
  readonly options: Uint8Array;
  /** The entry stands for this refusal. */
  readonly refusal: UpstreamRefusal | undefined;
  /** The entry stands for this failure. */
  readonly failure: ResolutionFailure | undefined;
}

/** What an entry has but for its question and its time. */
export type EntryContent = Omit<CacheEntry, keyof Keyed | 'storedAt' | 'expiresAt'>;

export function entryFor(
  query: Query,
  variant: number,
  now: number,
  seconds: number,
  content: EntryContent,
): CacheEntry {
  return {
    ...content,
    variant,
    qtype: query.qtype,
    name: query.name.slice(0, query.nameLength),
    storedAt: now,
    expiresAt: now + seconds * 1000,
  };
}

/**
 * Copies an entry's octets to `out`, as old as it is by now: each TTL less the seconds since
 * it was stored, AA=0. In one whose time is over each TTL is 30. Returns their length.
 */
export function writeCached(out: Uint8Array, entry: CacheEntry, now: number): number {
  const { octets, ttlAt } = entry;
  out.set(octets);
  out[2]! &= ~AA;
  const isStale = now >= entry.expiresAt;
  const age = Math.floor((now - entry.storedAt) / 1000);
  for (let i = 0; i < ttlAt.length; i++) {
    const at = ttlAt[i]!;
    const left = readUint32(out, at) - age;
    writeUint32(out, at, isStale ? STALE_TTL : Math.max(left, 0));
  }
  return octets.length;
}
