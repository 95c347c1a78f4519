/** A name as the name tables look it up: in lower case, with a hash of each of its suffixes. */

import { HASH_SECRET } from './hash-secret.ts';
import { expandName, LOWER, MAX_LABELS, MAX_NAME } from './name.ts';

/** SipHash-1-3 is what hash tables are keyed with elsewhere; signatures have 2 and 4 rounds. */
const LAST_ROUNDS = 3;

/**
 * HalfSipHash-1-3 over one lower-case label, with the hash of the labels to its right mixed into
 * its key. Names can be made up by the million whose hashes are the same under FNV, whatever it
 * is started with; without the key of this one nobody knows how.
 *
 * The loop has the rounds of `HalfSipHash` in place: a function of four results would allocate.
 */
export function hashLabel(wire: Uint8Array, at: number, parent: number): number {
  // Without `| 0` the additions are made with floating-point numbers, at twice the cost.
  let a = HASH_SECRET[0]! | 0;
  let b = HASH_SECRET[1]! | 0;
  let c = a ^ 0x6c796765 ^ parent;
  let d = b ^ 0x74656462;
  const end = at + wire[at]! + 1;
  for (let next = at, left = LAST_ROUNDS; left > 0; next += 4) {
    let word = 0;
    if (next < end) word = wordAt(wire, next, end);
    else if (left-- === LAST_ROUNDS) c ^= 0xff;
    d ^= word;
    a = (a + b) | 0;
    b = ((b << 5) | (b >>> 27)) ^ a;
    a = (a << 16) | (a >>> 16);
    c = (c + d) | 0;
    d = ((d << 8) | (d >>> 24)) ^ c;
    a = (a + d) | 0;
    d = ((d << 7) | (d >>> 25)) ^ a;
    c = (c + b) | 0;
    b = ((b << 13) | (b >>> 19)) ^ c;
    c = (c << 16) | (c >>> 16);
    a ^= word;
  }
  return b ^ d;
}

/**
 * Four octets of a label, zeros behind its end: since its length is the first of them, no other
 * label has the same words.
 */
function wordAt(wire: Uint8Array, at: number, end: number): number {
  if (at + 4 <= end) {
    return wire[at]! | (wire[at + 1]! << 8) | (wire[at + 2]! << 16) | (wire[at + 3]! << 24);
  }
  let word = 0;
  for (let i = end - 1; i >= at; i--) word = (word << 8) | wire[i]!;
  return word;
}

/** The hash of the root, where each name's hash begins. */
export const ROOT_HASH = 0;

/** An instance is reused for many names: nothing may keep one. */
export class HashedName {
  /** In lower case, and its length with the root. */
  readonly name: Uint8Array = new Uint8Array(MAX_NAME);
  nameLength = 0;
  /** Where each label begins in `name`; the last is the root. */
  readonly labelAt: Uint8Array = new Uint8Array(MAX_LABELS);
  labels = 0;
  /** The hash of the name from each label on. */
  readonly hashes: Int32Array = new Int32Array(MAX_LABELS);

  /** The offset of the name's suffix that starts at label `depth`. */
  suffixAt(depth: number): number {
    return this.labelAt[depth]!;
  }

  /** Takes the name at `at` of a message, compressed or not; false when it is malformed. */
  take(message: Uint8Array, at: number, end: number): boolean {
    const name = this.name;
    this.nameLength = expandName(message, at, end, name);
    this.labels = 0;
    if (this.nameLength < 0) return false;
    for (let next = 0; name[next] !== 0; next += name[next]! + 1) {
      this.labelAt[this.labels++] = next;
    }
    this.labelAt[this.labels] = this.nameLength - 1;
    for (let i = 0; i < this.nameLength; i++) name[i] = LOWER[name[i]!]!;
    this.hashSuffixes();
    return true;
  }

  equals({ name, nameLength }: HashedName): boolean {
    if (nameLength !== this.nameLength) return false;
    for (let i = 0; i < nameLength; i++) if (name[i] !== this.name[i]) return false;
    return true;
  }

  protected hashSuffixes(): void {
    let hash = ROOT_HASH;
    this.hashes[this.labels] = hash;
    for (let depth = this.labels - 1; depth >= 0; depth--) {
      hash = hashLabel(this.name, this.labelAt[depth]!, hash);
      this.hashes[depth] = hash;
    }
  }
}
