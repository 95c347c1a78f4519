/**
 * In how many ways an address has asked lately: whether with EDNS, with what payload size, and
 * which flags. One resolver has one way, or two when it gives up on EDNS; a NAT has many.
 */

import { CD, hasFlag2 } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';

/** Ways that are more than one resolver has. They are not counted further. */
export const MANY = 5;

/** Addresses that are remembered; others with the same hash take their place. */
const SLOTS = 512;
/** Milliseconds for which ways are counted together. */
const WINDOW_MS = 10 * 60_000;

export class Fingerprints {
  readonly #addresses: Int32Array = new Int32Array(SLOTS);
  readonly #since: Float64Array = new Float64Array(SLOTS).fill(Number.NEGATIVE_INFINITY);
  /** The ways of each address, one behind the other; 0 is none. */
  readonly #ways: Int32Array = new Int32Array(SLOTS * MANY);

  /** Takes note of a query; returns the ways of its address, MANY at most. */
  note(query: Query): number {
    const { receivedAt } = query;
    const address = hashAddress(query);
    const slot = (address ^ (address >>> 16)) & (SLOTS - 1);
    const first = slot * MANY;
    if (this.#addresses[slot] !== address || receivedAt - this.#since[slot]! >= WINDOW_MS) {
      this.#addresses[slot] = address;
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
}

/** Not 0. */
function wayOf({ optAt, advertised, dnssecOk, wantsNsid, message }: Query): number {
  const flags = (dnssecOk ? 1 : 0) | (wantsNsid ? 2 : 0) | (hasFlag2(message, CD) ? 4 : 0);
  return (advertised << 5) | (flags << 2) | (optAt === 0 ? 1 : 2);
}

function hashAddress({ family, address }: Query): number {
  const words = family === 4 ? 1 : 4;
  let hash = 0x811c9dc5;
  for (let i = 0; i < words; i++) hash = Math.imul(hash ^ address[i]!, 0x01000193);
  return hash;
}
