/**
 * SipHash-2-4 (Aumasson and Bernstein): a short hash that nobody can predict or steer without
 * its key. DNS cookies are made with it (RFC 9018), and clients spread over buckets.
 */

const KEY_LENGTH = 16;
/** Rounds for each eight octets of input, and at the end. */
const ROUNDS = 2;
const LAST_ROUNDS = 4;

/** The initial state: "somepseudorandomlygeneratedbytes". */
const START: readonly number[] = [
  ...[0x70736575, 0x736f6d65, 0x6e646f6d, 0x646f7261],
  ...[0x6e657261, 0x6c796765, 0x79746573, 0x74656462],
];

/** Hashes under one key. An instance is reused: its result is that of the last call. */
export class SipHash {
  /** The result as two little-endian words, the low one first. */
  low = 0;
  high = 0;
  readonly #key: Int32Array;
  /** Four words of 64 bits, each its low half first. */
  readonly #state: Int32Array = new Int32Array(8);

  /** `key` has 16 octets. */
  constructor(key: Uint8Array) {
    this.#key = Int32Array.from({ length: KEY_LENGTH / 4 }, (_, i) => readLittle(key, 4 * i));
  }

  /** Hashes the first `count` words, each for four octets, the lowest first. */
  hash(words: Uint32Array, count: number): void {
    const state = this.#state;
    for (let i = 0; i < 8; i++) state[i] = START[i]! ^ this.#key[i & 3]!;
    const blocks = count >> 1;
    for (let i = 0; i < blocks; i++) absorb(state, words[2 * i]!, words[2 * i + 1]!);
    // The last block has what is left, and how many octets there were.
    absorb(state, (count & 1) === 0 ? 0 : words[count - 1]!, (4 * count) << 24);
    state[4]! ^= 0xff;
    for (let i = 0; i < LAST_ROUNDS; i++) round(state);
    this.low = (state[0]! ^ state[2]! ^ state[4]! ^ state[6]!) >>> 0;
    this.high = (state[1]! ^ state[3]! ^ state[5]! ^ state[7]!) >>> 0;
  }
}

/** The little-endian word at `at`. */
export function readLittle(octets: Uint8Array, at: number): number {
  const high = (octets[at + 3]! << 24) | (octets[at + 2]! << 16);
  return (high | (octets[at + 1]! << 8) | octets[at]!) >>> 0;
}

function absorb(state: Int32Array, low: number, high: number): void {
  state[6]! ^= low;
  state[7]! ^= high;
  for (let i = 0; i < ROUNDS; i++) round(state);
  state[0]! ^= low;
  state[1]! ^= high;
}

/** One SipRound. The numbers are where in the state the low half of each word stands. */
function round(state: Int32Array): void {
  add(state, 0, 2);
  mix(state, 2, 13, 0);
  swap(state, 0);
  add(state, 4, 6);
  mix(state, 6, 16, 4);
  add(state, 0, 6);
  mix(state, 6, 21, 0);
  add(state, 4, 2);
  mix(state, 2, 17, 4);
  swap(state, 4);
}

/** a += b */
function add(state: Int32Array, a: number, b: number): void {
  const low = (state[a]! + state[b]!) | 0;
  const carry = low >>> 0 < state[b]! >>> 0 ? 1 : 0;
  state[a] = low;
  state[a + 1] = state[a + 1]! + state[b + 1]! + carry;
}

/** a = rotl(a, bits) ^ b */
function mix(state: Int32Array, a: number, bits: number, b: number): void {
  const low = state[a]!;
  const high = state[a + 1]!;
  state[a] = ((low << bits) | (high >>> (32 - bits))) ^ state[b]!;
  state[a + 1] = ((high << bits) | (low >>> (32 - bits))) ^ state[b + 1]!;
}

/** Rotates by 32 bits. */
function swap(state: Int32Array, a: number): void {
  const low = state[a]!;
  state[a] = state[a + 1]!;
  state[a + 1] = low;
}
