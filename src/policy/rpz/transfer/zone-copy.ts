/** A zone as it was transferred: nothing in it changes, what comes later makes another one. */

import { createHash } from 'node:crypto';
import { readUint32 } from '../../../wire/header.ts';
import { RrType } from '../../../wire/registry.ts';
import { PackedRecords, RecordPacker } from './record-pack.ts';

/** The SOA record of a zone (RFC 1035 section 3.3.13). Times are in seconds. */
export interface Soa {
  readonly ttl: number;
  readonly rdata: Uint8Array;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
}

export interface ZoneCopy {
  /** Wire format, in lower case. */
  readonly zone: Uint8Array;
  readonly soa: Soa;
  /** Packed, in memory that threads share; the SOA is the first. */
  readonly records: Uint8Array;
  readonly count: number;
}

/** Makes a copy of an SOA and the other records of the zone. */
export function createCopy(zone: Uint8Array, soa: Soa, others: RecordPacker): ZoneCopy {
  const first = new RecordPacker();
  first.add({ owner: zone, type: RrType.SOA, ttl: soa.ttl, rdata: soa.rdata });
  return { zone, soa, records: others.shareBehind(first.octets), count: 1 + others.count };
}

/** From one serial to the next: packed records that go, and packed records that come. */
export interface Difference {
  readonly removed: Uint8Array;
  readonly added: Uint8Array;
}

/** What a transfer brought. */
export type ZoneUpdate =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'whole'; readonly copy: ZoneCopy }
  | {
      readonly kind: 'differences';
      readonly from: number;
      readonly soa: Soa;
      readonly differences: readonly Difference[];
    };

/** SERIAL, REFRESH, RETRY, EXPIRE and MINIMUM. */
const NUMBERS = 20;
/** Octets of the shortest RDATA: two names, which are the root, and the numbers. */
export const LEAST_SOA: number = 2 + NUMBERS;

/** Reads RDATA without compression. */
export function readSoa(rdata: Uint8Array, ttl: number): Soa {
  const at = rdata.length - NUMBERS;
  const number = (index: number) => readUint32(rdata, at + 4 * index);
  return {
    ttl,
    rdata,
    serial: number(0),
    refresh: number(1),
    retry: number(2),
    expire: number(3),
  };
}

/** What an update makes of a copy, or why it does not belong to it. All or nothing. */
export function applyUpdate(base: ZoneCopy | undefined, update: ZoneUpdate): ZoneCopy | string {
  if (update.kind === 'whole') return update.copy;
  if (base === undefined) return 'there is no copy to change';
  if (update.kind === 'unchanged') return base;
  if (update.from !== base.soa.serial) {
    return `its differences start at serial ${update.from}; expect ${base.soa.serial}`;
  }
  return applyDifferences(base, update.soa, update.differences);
}

function applyDifferences(
  base: ZoneCopy,
  soa: Soa,
  differences: readonly Difference[],
): ZoneCopy | string {
  const net = new NetDifference();
  for (const difference of differences) {
    const wrong = net.take(difference);
    if (wrong !== undefined) return wrong;
  }
  const packer = new RecordPacker();
  const records = new PackedRecords(base.records);
  let found = 0;
  // The first is the old SOA.
  records.next();
  while (records.next()) {
    const fate = net.fateOf(records);
    if (fate === 'removed') found++;
    if (fate === 'kept') packer.addPacked(records.packed);
  }
  if (found < net.removed.size) {
    return `it removes ${net.removed.size - found} records that the copy does not have`;
  }
  for (const record of net.added.values()) packer.addPacked(record);
  return createCopy(base.zone, soa, packer);
}

/** Several differences as one. */
class NetDifference {
  readonly removed: Set<string> = new Set();
  readonly added: Map<string, Uint8Array> = new Map();
  /** Of all keys: most records of a large zone are none of them. */
  readonly #hashes: Set<number> = new Set();

  take({ removed, added }: Difference): string | undefined {
    const going = new PackedRecords(removed);
    while (going.next()) {
      const { key } = going;
      this.#hashes.add(going.hash);
      if (this.added.delete(key)) continue;
      if (this.removed.has(key)) return 'it removes a record twice';
      this.removed.add(key);
    }
    const coming = new PackedRecords(added);
    while (coming.next()) {
      this.#hashes.add(coming.hash);
      this.added.set(coming.key, coming.packed);
    }
    return undefined;
  }

  fateOf(record: PackedRecords): 'kept' | 'removed' | 'replaced' {
    if (!this.#hashes.has(record.hash)) return 'kept';
    const { key } = record;
    if (this.removed.has(key)) return 'removed';
    return this.added.has(key) ? 'replaced' : 'kept';
  }
}

/** SHA-256 over the content of the zone, whatever the order of its records, in hexadecimal digits. */
export function digestOf({ zone, records, count }: ZoneCopy): string {
  const cursor = new PackedRecords(records);
  let sum = 0;
  let mixed = 0;
  while (cursor.next()) {
    const { hash } = cursor;
    sum = (sum + hash) % Number.MAX_SAFE_INTEGER;
    mixed = (mixed + Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)) | 0;
  }
  return createHash('sha256').update(zone).update(`${count} ${sum} ${mixed}`).digest('hex');
}
