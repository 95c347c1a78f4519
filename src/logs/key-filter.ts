/**
 * A small filter (Bloom) of keys: it may take a key for one that it has, never the other way
 * round. About three in a thousand are mistaken.
 */

/** Bits for each key, and how many of them it sets. */
const BITS_PER_KEY = 12;
const SET_BITS = 8;
const LEAST_OCTETS = 64;

/** Two numbers of 32 bits that stand for a key. */
export type HashedKey = readonly [first: number, second: number];

/** FNV-1a over the units of the text, and a second number from mixing the first with its length. */
export function hashKey(key: string): HashedKey {
  let hash = 0x811c9dc5;
  let other = 0x9e3779b9 ^ key.length;
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    hash = Math.imul(hash ^ unit, 0x01000193);
    other = Math.imul(other ^ unit, 0x85ebca6b);
    other ^= other >>> 13;
  }
  hash ^= hash >>> 16;
  return [hash >>> 0, (other | 1) >>> 0];
}

/** The filter of these keys: a power of two octets. */
export function filterOf(keys: ReadonlySet<string>): Uint8Array {
  const needed = Math.ceil((keys.size * BITS_PER_KEY) / 8);
  const octets = Math.max(LEAST_OCTETS, 2 ** Math.ceil(Math.log2(Math.max(needed, 1))));
  const filter = new Uint8Array(octets);
  const mask = octets * 8 - 1;
  for (const key of keys) {
    const [first, second] = hashKey(key);
    for (let i = 0, at = first; i < SET_BITS; i++, at = (at + second) >>> 0) {
      const bit = at & mask;
      filter[bit >>> 3]! |= 1 << (bit & 7);
    }
  }
  return filter;
}

/** Whether the filter may have the key; false is certain. */
export function mayHave(filter: Uint8Array, [first, second]: HashedKey): boolean {
  const mask = filter.length * 8 - 1;
  for (let i = 0, at = first; i < SET_BITS; i++, at = (at + second) >>> 0) {
    const bit = at & mask;
    if ((filter[bit >>> 3]! & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}
