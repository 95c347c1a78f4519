/**
 * The random case that the letters of a name have on their way to an upstream: an answer has to
 * bring it back (draft-vixie-dnsext-dns0x20), which is so many bits more for a forger to guess.
 */

import { HEADER_LENGTH } from '../wire/header.ts';
import { MAX_NAME } from '../wire/name.ts';
import type { Query } from '../wire/query.ts';
import { random16 } from './random.ts';

/** Bits of one random number, each of which is a letter's case. */
const BITS = 16;
/** Numbers that the longest name takes. */
const NUMBERS = Math.ceil(MAX_NAME / BITS);
/** What a lower-case letter has more than its upper-case one. */
const CASE = 0x20;

export class NameCase {
  readonly #numbers: Uint16Array;

  /** For questions with indices below `limit`. */
  constructor(limit: number) {
    this.#numbers = new Uint16Array(limit * NUMBERS);
  }

  /**
   * Gives the letters of the query's name in `out`, which has its question, a random case that is
   * remembered for the question with an index; false when it has no letters.
   */
  write(index: number, out: Uint8Array, { name, nameLength }: Query): boolean {
    const first = index * NUMBERS;
    let at = first;
    let left = 0;
    let bits = 0;
    for (let i = 0; i < nameLength; i++) {
      const octet = name[i]!;
      if (octet < 0x61 || octet > 0x7a) continue;
      if (left === 0) {
        bits = random16();
        this.#numbers[at++] = bits;
        left = BITS;
      }
      out[HEADER_LENGTH + i] = octet - (bits & 1) * CASE;
      bits >>= 1;
      left--;
    }
    return at > first;
  }

  /** Whether a message has the name in this case. It has the query's question. */
  isKept(index: number, message: Uint8Array, { name, nameLength }: Query): boolean {
    let at = index * NUMBERS;
    let left = 0;
    let bits = 0;
    for (let i = 0; i < nameLength; i++) {
      const octet = name[i]!;
      if (octet < 0x61 || octet > 0x7a) continue;
      if (left === 0) {
        bits = this.#numbers[at++]!;
        left = BITS;
      }
      if (message[HEADER_LENGTH + i] !== octet - (bits & 1) * CASE) return false;
      bits >>= 1;
      left--;
    }
    return true;
  }
}
