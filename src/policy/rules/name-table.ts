/**
 * Names to numbers: exact names and wildcards, in a hash table over typed arrays.
 *
 * A lookup takes one probe per label of the query's name, whatever the number of names: the
 * query brings the hash of each of its suffixes along.
 */

import { type HashedName, hashLabel, nameMemory, ROOT_HASH } from '../../wire/hashed-name.ts';
import { MAX_LABELS, nameLength } from '../../wire/name.ts';
import { resized, sharedUint8, sharedUint32 } from './shared-array.ts';

/** No entry has this name. */
export const NO_ENTRY = -1;

const WILDCARD_HASH = 0x5bd1e995;
const FIRST_SLOTS = 64;
const AVERAGE_NAME = 24;

/** A table in memory that threads share. Nothing in it changes. */
export interface NameTableImage {
  readonly count: number;
  readonly slots: Uint32Array;
  readonly names: Uint8Array;
  readonly nameAt: Uint32Array;
  readonly hashes: Uint32Array;
}

export class NameTable {
  /** Number of entries; they count from 0 in the order in which they were added. */
  count = 0;

  /** Entry + 1 by hash; 0 is free. */
  #slots: Uint32Array = sharedUint32(FIRST_SLOTS);
  /** The names, uncompressed and in lower case, one behind the other. */
  #names: Uint8Array = sharedUint8(FIRST_SLOTS * AVERAGE_NAME);
  #namesEnd = 0;
  #nameAt: Uint32Array = sharedUint32(FIRST_SLOTS);
  #hashes: Uint32Array = sharedUint32(FIRST_SLOTS);

  /** An empty table, or one that another thread has filled. */
  constructor(image?: NameTableImage) {
    if (image === undefined) return;
    this.count = image.count;
    this.#slots = image.slots;
    this.#names = image.names;
    this.#namesEnd = image.names.length;
    this.#nameAt = image.nameAt;
    this.#hashes = image.hashes;
  }

  /**
   * Makes room in an empty table for so many names of so many octets in all: it grows by itself,
   * but not without copies. Room that is not used takes no memory.
   */
  reserve(names: number, octets: number): void {
    const slots = 2 ** Math.ceil(Math.log2(2 * Math.max(names, FIRST_SLOTS)));
    this.#slots = sharedUint32(slots);
    this.#names = sharedUint8(octets);
    this.#nameAt = sharedUint32(names);
    this.#hashes = sharedUint32(names);
  }

  /** What other threads need. */
  get image(): NameTableImage {
    return {
      count: this.count,
      slots: this.#slots,
      names: this.#names.subarray(0, this.#namesEnd),
      nameAt: this.#nameAt.subarray(0, this.count),
      hashes: this.#hashes.subarray(0, this.count),
    };
  }

  /** The entry of a lower-case name in wire format: the one it has, or a new one. */
  add(wire: Uint8Array, wildcard: boolean): number {
    const length = nameLength(wire);
    const hash = keyHash(hashName(wire), wildcard);
    const slot = this.#probe(wire, 0, length, hash);
    const found = this.#slots[slot]!;
    if (found !== 0) return found - 1;
    const entry = this.count++;
    this.#store(entry, wire, length, hash);
    if (this.count * 2 > this.#slots.length) this.#grow();
    else this.#slots[slot] = entry + 1;
    return entry;
  }

  /** The entry for the suffix of the name that starts at label `depth`, or NO_ENTRY. */
  find(name: HashedName, depth: number, wildcard: boolean): number {
    const at = name.suffixAt(depth);
    const hash = keyHash(name.hashes[depth]!, wildcard);
    return this.#slots[this.#probe(name.name, at, name.nameLength - at, hash)]! - 1;
  }

  /** The entry of a lower-case name in wire format, or NO_ENTRY. */
  entryOf(wire: Uint8Array, wildcard: boolean): number {
    const hash = keyHash(hashName(wire), wildcard);
    return this.#slots[this.#probe(wire, 0, nameLength(wire), hash)]! - 1;
  }

  /** The name of an entry, in lower case and in wire format. */
  nameOf(entry: number): Uint8Array {
    const at = this.#nameAt[entry]!;
    return this.#names.subarray(at, at + nameLength(this.#names, at));
  }

  /** The names of all entries, those of wildcards without their asterisk. */
  *names(): Iterable<Uint8Array> {
    for (let entry = 0; entry < this.count; entry++) {
      const at = this.#nameAt[entry]!;
      yield this.#names.subarray(at, at + nameLength(this.#names, at));
    }
  }

  /** The slot of the name, or the free slot where it would go. */
  #probe(name: Uint8Array, at: number, length: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0) return slot;
      if (this.#hashes[entry] === hash >>> 0 && this.#equals(entry, name, at, length)) return slot;
    }
  }

  #equals(entry: number, name: Uint8Array, at: number, length: number): boolean {
    const start = this.#nameAt[entry]!;
    for (let i = 0; i < length; i++) {
      if (this.#names[start + i] !== name[at + i]) return false;
    }
    return true;
  }

  #store(entry: number, wire: Uint8Array, length: number, hash: number): void {
    if (entry === this.#nameAt.length) {
      const room = Math.max(FIRST_SLOTS, entry * 2);
      this.#nameAt = resized(this.#nameAt, room);
      this.#hashes = resized(this.#hashes, room);
    }
    if (this.#namesEnd + length > this.#names.length) {
      this.#names = resized(this.#names, this.#names.length * 2 + length);
    }
    this.#names.set(wire.subarray(0, length), this.#namesEnd);
    this.#nameAt[entry] = this.#namesEnd;
    this.#hashes[entry] = hash;
    this.#namesEnd += length;
  }

  #grow(): void {
    this.#slots = sharedUint32(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let entry = 0; entry < this.count; entry++) {
      let slot = this.#hashes[entry]! & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
    }
  }
}

const labelAt = new Uint8Array(MAX_LABELS);
const { name: hashed, words } = nameMemory();

/** The hash of a lower-case name, as `HashedName` computes it. */
function hashName(wire: Uint8Array): number {
  let labels = 0;
  for (let at = 0; wire[at] !== 0; at += wire[at]! + 1) labelAt[labels++] = at;
  hashed.set(wire.subarray(0, nameLength(wire)));
  let hash = ROOT_HASH;
  while (labels > 0) hash = hashLabel(words, labelAt[--labels]!, hash);
  return hash;
}

function keyHash(hash: number, wildcard: boolean): number {
  return wildcard ? hash ^ WILDCARD_HASH : hash;
}
