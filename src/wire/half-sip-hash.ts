/**
 * HalfSipHash-2-4 with a result of 64 bits: the sibling of SipHash for 32-bit words. Who does not
 * know the key cannot find inputs that collide.
 */

/** Rounds for each word, and before each half of the result. */
const ROUNDS = 2;
const LAST_ROUNDS = 4;

/** Hashes under one key. An instance is reused: its result is that of the last call. */
export class HalfSipHash {
  low = 0;
  high = 0;
  readonly #key0: number;
  readonly #key1: number;

  constructor(key0: number, key1: number) {
    this.#key0 = key0 | 0;
    this.#key1 = key1 | 0;
  }

  /** Hashes the first `count` words. */
  hash(words: Uint32Array, count: number): void {
    let a = this.#key0;
    let b = this.#key1 ^ 0xee;
    let c = this.#key0 ^ 0x6c796765;
    let d = this.#key1 ^ 0x74656462;
    // Behind the words: their length, then one turn for each half of the result.
    for (let i = 0; i <= count + 2; i++) {
      const word = wordAt(words, count, i);
      if (i === count + 1) c ^= 0xee;
      else if (i === count + 2) b ^= 0xdd;
      d ^= word;
      for (let left = i > count ? LAST_ROUNDS : ROUNDS; left > 0; left--) {
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
      }
      a ^= word;
      if (i === count + 1) this.low = (b ^ d) >>> 0;
    }
    this.high = (b ^ d) >>> 0;
  }
}

/** The input's words, then its length in octets, then nothing. */
function wordAt(words: Uint32Array, count: number, i: number): number {
  if (i < count) return words[i]! | 0;
  return i === count ? (4 * count) << 24 : 0;
}
