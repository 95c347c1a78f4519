/** A name as the name tables look it up: in lower case, with a hash of each of its suffixes. */

import { expandName, LOWER, MAX_LABELS, MAX_NAME } from './name.ts';

const HASH_SEED = 0x811c9dc5;
const HASH_PRIME = 0x01000193;

/** FNV-1a over one lower-case label, started with the hash of the labels to its right. */
export function hashLabel(wire: Uint8Array, at: number, parent: number): number {
  let hash = parent;
  const end = at + wire[at]! + 1;
  for (let i = at; i < end; i++) hash = Math.imul(hash ^ wire[i]!, HASH_PRIME);
  return hash;
}

/** The hash of the root, where each name's hash begins. */
export const ROOT_HASH: number = HASH_SEED | 0;

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
