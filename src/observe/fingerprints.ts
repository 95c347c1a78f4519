/**
 * In how many ways an address has asked lately: whether with EDNS, with what payload size, and
 * which flags. One resolver has one way, or two when it gives up on EDNS; a NAT has many.
 */

import { HalfSipHash } from '../wire/half-sip-hash.ts';
import { HASH_SECRET } from '../wire/hash-secret.ts';
import { CD, hasFlag2 } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';

/** Ways that are more than one resolver has. They are not counted further. */
export const MANY = 5;

/** Addresses that are remembered; others take their places, which nobody can choose. */
const SLOTS = 512;
/** Milliseconds for which ways are counted together. */
const WINDOW_MS = 10 * 60_000;

export class Fingerprints {
  readonly #hash: HalfSipHash = new HalfSipHash(HASH_SECRET[0]!, HASH_SECRET[1]!);
  readonly #key: Uint32Array = new Uint32Array(5);
  /** For each slot its address, with the family before it. */
  readonly #addresses: Uint32Array = new Uint32Array(SLOTS * 5);
  readonly #since: Float64Array = new Float64Array(SLOTS).fill(Number.NEGATIVE_INFINITY);
  /** The ways of each address, one behind the other; 0 is none. */
  readonly #ways: Int32Array = new Int32Array(SLOTS * MANY);

  /** Takes note of a query; returns the ways of its address, MANY at most. */
  note(query: Query): number {
    const { receivedAt } = query;
    const slot = this.#slotOf(query);
    const first = slot * MANY;
    if (!this.#isOf(slot) || receivedAt - this.#since[slot]! >= WINDOW_MS) {
      this.#addresses.set(this.#key, slot * this.#key.length);
      this.#since[slot] = receivedAt;
      this.#ways.fill(0, first, first + MANY);
    }
    const way = wayOf(query);
    let at = first;
    while (at < first + MANY && this.#ways[at] !== 0 && this.#ways[at] !== way) at++;
    if (at === first + MANY) return MANY;
    this.#ways[at] = way;
    while (at < first + MANY && this.#ways[at] !== 0) at++;
    return at - first;
  }

  #slotOf({ family, address }: Query): number {
    const key = this.#key;
    key[0] = family;
    for (let i = 0; i < 4; i++) key[1 + i] = family === 6 || i === 0 ? address[i]! : 0;
    this.#hash.hash(key, key.length);
    return this.#hash.low & (SLOTS - 1);
  }

  /** Whether the slot is that of the address at hand. */
  #isOf(slot: number): boolean {
    const at = slot * this.#key.length;
    for (let i = 0; i < this.#key.length; i++) {
      if (this.#addresses[at + i] !== this.#key[i]) return false;
    }
    return true;
  }
}

/** Not 0. */
function wayOf({ optAt, advertised, dnssecOk, wantsNsid, message }: Query): number {
  const flags = (dnssecOk ? 1 : 0) | (wantsNsid ? 2 : 0) | (hasFlag2(message, CD) ? 4 : 0);
  return (advertised << 5) | (flags << 2) | (optAt === 0 ? 1 : 2);
}
