/** Records of a zone, packed one behind the other. */

import { readUint16, readUint32, writeUint16, writeUint32 } from '../../../wire/header.ts';
import { LOWER, MAX_NAME, nameLength } from '../../../wire/name.ts';
import { RrClass, RrType } from '../../../wire/registry.ts';

/** A record of class IN. Names in its RDATA are not compressed. */
export interface ZoneData {
  /** Wire format, in lower case. */
  readonly owner: Uint8Array;
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/** Length of the whole and TTL; then the owner, the type, and RDATA up to the end. */
const HEAD = 8;
const FIRST_LENGTH = 4096;

const FNV_SEED = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Puts records together. */
export class RecordPacker {
  count = 0;
  #octets: Uint8Array = new Uint8Array(FIRST_LENGTH);
  #length = 0;

  /** Octets so far. */
  get length(): number {
    return this.#length;
  }

  add({ owner, type, ttl, rdata }: ZoneData): void {
    const typeAt = HEAD + owner.length;
    const length = typeAt + 2 + rdata.length;
    const octets = this.#reserve(length);
    writeUint32(octets, 0, length);
    writeUint32(octets, 4, ttl);
    octets.set(owner, HEAD);
    writeUint16(octets, typeAt, type);
    octets.set(rdata, typeAt + 2);
    this.count++;
  }

  /** Adds a record that is packed already. */
  addPacked(record: Uint8Array): void {
    this.#reserve(record.length).set(record);
    this.count++;
  }

  /** All of them, in memory of their own. */
  get octets(): Uint8Array {
    return this.#octets.slice(0, this.#length);
  }

  /** All of them behind those of another pack, in memory that threads share. */
  shareBehind(first: Uint8Array): Uint8Array {
    const shared = new Uint8Array(new SharedArrayBuffer(first.length + this.#length));
    shared.set(first);
    shared.set(this.#octets.subarray(0, this.#length), first.length);
    return shared;
  }

  #reserve(length: number): Uint8Array {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#octets.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#octets.length));
      larger.set(this.#octets.subarray(0, at));
      this.#octets = larger;
    }
    return this.#octets.subarray(at, this.#length);
  }
}

/**
 * One record of a pack at a time, in the form in which policy zones are compiled. An instance
 * is reused: nothing may keep its names.
 */
export class PackedRecords {
  /** A record that came by transfer stands on no line of a file. */
  readonly line = 0;
  readonly file = 0;
  /** What stands in place of a file. */
  readonly files: readonly string[];
  readonly rrClass: number = RrClass.IN;
  owner: Uint8Array = new Uint8Array(0);
  type = 0;
  ttl = 0;
  /** What came by transfer has names and times in full. */
  readonly isTtlStated = true;
  readonly isTargetRelative = false;
  /** A CNAME's target, in lower case. */
  readonly target: Uint8Array = new Uint8Array(MAX_NAME);
  /** Octets of the target; 0 for other types. */
  targetLength = 0;
  readonly #octets: Uint8Array;
  #at = 0;
  #end = 0;
  #rdata: Uint8Array = new Uint8Array(0);

  constructor(octets: Uint8Array, files: readonly string[] = []) {
    this.#octets = octets;
    this.files = files;
  }

  get ownerLength(): number {
    return this.owner.length;
  }

  /** Goes to the next record; false behind the last one. */
  next(): boolean {
    const octets = this.#octets;
    this.#at = this.#end;
    if (this.#at >= octets.length) return false;
    this.#end = this.#at + readUint32(octets, this.#at);
    this.ttl = readUint32(octets, this.#at + 4);
    const ownerAt = this.#at + HEAD;
    const typeAt = ownerAt + nameLength(octets, ownerAt);
    this.owner = octets.subarray(ownerAt, typeAt);
    this.type = readUint16(octets, typeAt);
    this.#rdata = octets.subarray(typeAt + 2, this.#end);
    this.targetLength = 0;
    if (this.type === RrType.CNAME) this.#readTarget();
    return true;
  }

  /** The RDATA, in memory of its own. */
  rdata(): Uint8Array {
    return this.#rdata.slice();
  }

  /** The whole record as it is packed, in place. */
  get packed(): Uint8Array {
    return this.#octets.subarray(this.#at, this.#end);
  }

  /** FNV-1a over all but the TTL: records are the same whatever their TTL. */
  get hash(): number {
    const octets = this.#octets;
    let hash = FNV_SEED;
    for (let i = this.#at + HEAD; i < this.#end; i++) {
      hash = Math.imul(hash ^ octets[i]!, FNV_PRIME);
    }
    return hash >>> 0;
  }

  /** Equal for records that are the same. */
  get key(): string {
    const { buffer, byteOffset } = this.#octets;
    const length = this.#end - this.#at - HEAD;
    return Buffer.from(buffer, byteOffset + this.#at + HEAD, length).toString('latin1');
  }

  #readTarget(): void {
    const rdata = this.#rdata;
    for (let i = 0; i < rdata.length; i++) this.target[i] = LOWER[rdata[i]!]!;
    this.targetLength = rdata.length;
  }
}
