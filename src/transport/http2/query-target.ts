/**
 * The query in the path of a GET, `/dns-query?dns=…`, as HPACK's Huffman code has it: from its bits to
 * the octets of the message, without the text in between.
 */

import { BASE64URL } from '../base64url.ts';
import { huffmanCode } from './huffman.ts';

const PARAMETER = '?dns=';
/** The longest code of a character of base64url. */
const PEEKED = 8;
const ALL_ONES = 0xff;
/** Octets of the longest value that is read here. */
export const LONGEST_TARGET = 1024;

const COUNT_SHIFT = 8;
/** By the next eight bits: how many of them are the code of a character of base64url, and its value; 0 for others. */
const CHARACTERS: Uint16Array = buildCharacters();

function buildCharacters(): Uint16Array {
  const characters = new Uint16Array(1 << PEEKED);
  for (let value = 0; value < BASE64URL.length; value++) {
    const { bits, count } = huffmanCode(BASE64URL.charCodeAt(value));
    const free = PEEKED - count;
    const first = bits << free;
    characters.fill((count << COUNT_SHIFT) | value, first, first + (1 << free));
  }
  return characters;
}

/** No code has fewer than five bits, and a character stands for six. */
const octets: Buffer = Buffer.allocUnsafeSlow(Math.ceil((LONGEST_TARGET * 6) / 5) + 1);

export class QueryTarget {
  /** What every target begins with, in whole octets, and what stands in the one behind these. */
  readonly #start: Uint8Array;
  readonly #rest: number;
  readonly #restCount: number;

  constructor(path: string) {
    let bits = '';
    for (const octet of Buffer.from(path + PARAMETER, 'latin1')) {
      const code = huffmanCode(octet);
      bits += code.bits.toString(2).padStart(code.count, '0');
    }
    const whole = bits.length >> 3;
    this.#start = Uint8Array.from({ length: whole }, (_, i) =>
      Number.parseInt(bits.slice(8 * i, 8 * i + 8), 2),
    );
    this.#restCount = bits.length & 7;
    this.#rest = Number.parseInt(bits.slice(8 * whole) || '0', 2);
  }

  /**
   * The message, in memory that is used again by the next call. Undefined when there is anything else
   * than a message in base64url behind the path: that is for somebody who reads texts.
   */
  read(block: Uint8Array, start: number, end: number): Buffer | undefined {
    const from = start + this.#start.length;
    if (from >= end || end - start > LONGEST_TARGET || !this.#isAt(block, start)) return undefined;
    return decode(block, { from, end, left: 8 - this.#restCount });
  }

  #isAt(block: Uint8Array, at: number): boolean {
    const start = this.#start;
    for (let i = 0; i < start.length; i++) if (block[at + i] !== start[i]) return false;
    return block[at + start.length]! >> (8 - this.#restCount) === this.#rest;
  }
}

/** `left` are bits of the first octet, the lowest ones. */
function decode(
  block: Uint8Array,
  { from, end, left: first }: { from: number; end: number; left: number },
): Buffer | undefined {
  let at = from + 1;
  let window = block[from]!;
  let left = first;
  let length = 0;
  let message = 0;
  let count = 0;
  for (;;) {
    while (left < PEEKED && at < end) {
      window = ((window & ((1 << left) - 1)) << 8) | block[at++]!;
      left += 8;
    }
    const next = nextBits(window, left);
    const character = CHARACTERS[next]!;
    const taken = character >> COUNT_SHIFT;
    if (taken === 0 || taken > left) {
      const isEnd = next === ALL_ONES && left < PEEKED;
      // One character more than whole groups of four stands for less than an octet.
      return isEnd && count !== 6 ? octets.subarray(0, length) : undefined;
    }
    left -= taken;
    message = (message << 6) | (character & 0x3f);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    octets[length++] = message >> count;
    message &= (1 << count) - 1;
  }
}

/** The highest of the bits that are left; behind the end stand ones, as padding does (RFC 7541 section 5.2). */
function nextBits(window: number, left: number): number {
  if (left >= PEEKED) return (window >> (left - PEEKED)) & ALL_ONES;
  return ((window << (PEEKED - left)) | (ALL_ONES >> left)) & ALL_ONES;
}
