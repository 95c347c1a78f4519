/**
 * Names to numbers: exact names and wildcards, in a hash table over typed arrays.
 *
 * A lookup takes one probe per label of the query's name, whatever the number of names: the
 * query brings the hash of each of its suffixes along.
 */

import { nameLength } from '../wire/name.ts';
import { hashLabel, type Query, ROOT_HASH } from '../wire/query.ts';

/** No entry has this name. */
export const NO_ENTRY = -1;

const WILDCARD_HASH = 0x5bd1e995;
const FIRST_SLOTS = 64;
const AVERAGE_NAME = 24;

export class NameTable {
  /** Number of entries; they count from 0 in the order in which they were added. */
  count = 0;

  /** Entry + 1 by hash; 0 is free. */
  #slots: Uint32Array = new Uint32Array(FIRST_SLOTS);
  /** The names, uncompressed and in lower case, one behind the other. */
  #names: Uint8Array = new Uint8Array(FIRST_SLOTS * AVERAGE_NAME);
  #namesEnd = 0;
  #nameAt: Uint32Array = new Uint32Array(FIRST_SLOTS);
  #hashes: Int32Array = new Int32Array(FIRST_SLOTS);

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

  /** The entry for the suffix of the query's name that starts at label `depth`, or NO_ENTRY. */
  find(query: Query, depth: number, wildcard: boolean): number {
    const at = query.suffixAt(depth);
    const hash = keyHash(query.hashes[depth]!, wildcard);
    return this.#slots[this.#probe(query.name, at, query.nameLength - at, hash)]! - 1;
  }

  /** The slot of the name, or the free slot where it would go. */
  #probe(name: Uint8Array, at: number, length: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0) return slot;
      if (this.#hashes[entry] === hash && this.#equals(entry, name, at, length)) return slot;
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
      this.#nameAt = grown(this.#nameAt, entry * 2);
      this.#hashes = grown(this.#hashes, entry * 2);
    }
    if (this.#namesEnd + length > this.#names.length) {
      this.#names = grown(this.#names, this.#names.length * 2 + length);
    }
    this.#names.set(wire.subarray(0, length), this.#namesEnd);
    this.#nameAt[entry] = this.#namesEnd;
    this.#hashes[entry] = hash;
    this.#namesEnd += length;
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let entry = 0; entry < this.count; entry++) {
      let slot = spread(this.#hashes[entry]!) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
    }
  }
}

/** The hash of a lower-case name, as `Query` computes it. */
function hashName(wire: Uint8Array): number {
  const labels: number[] = [];
  for (let at = 0; wire[at] !== 0; at += wire[at]! + 1) labels.push(at);
  return labels.reduceRight((parent, at) => hashLabel(wire, at, parent), ROOT_HASH);
}

function keyHash(hash: number, wildcard: boolean): number {
  return wildcard ? hash ^ WILDCARD_HASH : hash;
}

/** FNV-1a leaves its entropy in the upper bits; a table looks at the lower ones. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}

function grown<T extends Uint8Array | Uint32Array | Int32Array>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}
