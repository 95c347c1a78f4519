/** A name as the name tables look it up: in lower case, with a hash of each of its suffixes. */

import { HASH_SECRET } from './hash-secret.ts';
import { expandName, LOWER, MAX_LABELS, MAX_NAME } from './name.ts';

/** SipHash-1-3 is what hash tables are keyed with elsewhere; signatures have 2 and 4 rounds. */
const LAST_ROUNDS = 3;
/** Octets that are read behind a name, and not used. */
const SLACK = 3;

/** Memory for the longest name, and a view of it that `hashLabel` takes. */
export function nameMemory(): { readonly name: Uint8Array; readonly words: DataView } {
  const memory = new ArrayBuffer(MAX_NAME + SLACK);
  return { name: new Uint8Array(memory, 0, MAX_NAME), words: new DataView(memory) };
}

/**
 * HalfSipHash-1-3 over one lower-case label, with the hash of the labels to its right mixed into
 * its key. Names can be made up by the million whose hashes are the same under FNV, whatever it
 * is started with; without the key of this one nobody knows how.
 *
 * The loop has the rounds of `HalfSipHash` in place: a function of four results would allocate.
 */
export function hashLabel(words: DataView, at: number, parent: number): number {
  // Without `| 0` the additions are made with floating-point numbers, at twice the cost.
  let a = HASH_SECRET[0]! | 0;
  let b = HASH_SECRET[1]! | 0;
  let c = a ^ 0x6c796765 ^ parent;
  let d = b ^ 0x74656462;
  const end = at + words.getUint8(at) + 1;
  let left = LAST_ROUNDS;
  for (let next = at; left > 0; next += 4) {
    let word = 0;
    if (next + 4 <= end) word = words.getInt32(next, true);
    // Zeros behind its end: since its length is its first octet, no other label has the same words.
    else if (next < end) word = words.getInt32(next, true) & ((1 << ((end - next) << 3)) - 1);
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

/** The hash of the root, where each name's hash begins. */
export const ROOT_HASH = 0;

/** An instance is reused for many names: nothing may keep one. */
export class HashedName {
  /** In lower case, and its length with the root. */
  readonly name: Uint8Array;
  nameLength = 0;
  /** Where each label begins in `name`; the last is the root. */
  readonly labelAt: Uint8Array = new Uint8Array(MAX_LABELS);
  labels = 0;
  readonly #words: DataView;
  readonly #hashes: Int32Array = new Int32Array(MAX_LABELS);
  #isHashed = false;

  constructor() {
    const { name, words } = nameMemory();
    this.name = name;
    this.#words = words;
  }

  /** The hash of the name from each label on: made when it is first asked for. */
  get hashes(): Int32Array {
    if (!this.#isHashed) this.#hashSuffixes();
    return this.#hashes;
  }

  /** The offset of the name's suffix that starts at label `depth`. */
  suffixAt(depth: number): number {
    return this.labelAt[depth]!;
  }

  /** Takes the name at `at` of a message, compressed or not; false when it is malformed. */
  take(message: Uint8Array, at: number, end: number): boolean {
    const name = this.name;
    this.nameLength = expandName(message, at, end, name);
    this.labels = 0;
    this.forgetHashes();
    if (this.nameLength < 0) return false;
    for (let next = 0; name[next] !== 0; next += name[next]! + 1) {
      this.labelAt[this.labels++] = next;
    }
    this.labelAt[this.labels] = this.nameLength - 1;
    for (let i = 0; i < this.nameLength; i++) name[i] = LOWER[name[i]!]!;
    return true;
  }

  /** Copies the hashes to one who will see the same name again, if he has room for all of them. */
  keepHashes(to: Int32Array): boolean {
    if (this.labels >= to.length) return false;
    const hashes = this.hashes;
    for (let depth = 0; depth <= this.labels; depth++) to[depth] = hashes[depth]!;
    return true;
  }

  /** The same name again: its hashes need not be made once more. */
  restoreHashes(from: Int32Array): void {
    for (let depth = 0; depth <= this.labels; depth++) this.#hashes[depth] = from[depth]!;
    this.#isHashed = true;
  }

  equals({ name, nameLength }: HashedName): boolean {
    if (nameLength !== this.nameLength) return false;
    for (let i = 0; i < nameLength; i++) if (name[i] !== this.name[i]) return false;
    return true;
  }

  /** There is another name. */
  protected forgetHashes(): void {
    this.#isHashed = false;
  }

  #hashSuffixes(): void {
    let hash = ROOT_HASH;
    this.#hashes[this.labels] = hash;
    for (let depth = this.labels - 1; depth >= 0; depth--) {
      hash = hashLabel(this.#words, this.labelAt[depth]!, hash);
      this.#hashes[depth] = hash;
    }
    this.#isHashed = true;
  }
}
