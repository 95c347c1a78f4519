/** JSON as octets, without strings in between: what the decision log is written with. */

import { ESCAPED } from '../wire/name.ts';

const FIRST_LENGTH = 1 << 16;
const ZERO = 0x30;
const MAX_INTEGER = 0x7fffffff;
const QUOTE = 0x22;

/** Each octet of a name in presentation format, escaped once more as JSON demands. */
const NAME_OCTETS: readonly Uint8Array[] = ESCAPED.map((text) =>
  Buffer.from(text.replaceAll('\\', '\\\\').replaceAll('"', '\\"'), 'latin1'),
);

/** The octets that are written as they are; 0 for the others. */
const PLAIN: Uint8Array = Uint8Array.from(NAME_OCTETS, (escaped) =>
  escaped.length === 1 ? escaped[0]! : 0,
);

const HEX = '0123456789abcdef';

/** A buffer that grows; its octets from 0 to `length` are what was written. */
export class JsonWriter {
  octets: Buffer = Buffer.allocUnsafeSlow(FIRST_LENGTH);
  length = 0;

  /** Makes room for `count` more octets. */
  reserve(count: number): void {
    if (this.length + count <= this.octets.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.octets.length * 2, this.length + count));
    larger.set(this.octets.subarray(0, this.length));
    this.octets = larger;
  }

  /** JSON that was rendered before. */
  raw(fragment: Uint8Array): void {
    this.reserve(fragment.length);
    this.octets.set(fragment, this.length);
    this.length += fragment.length;
  }

  /** ASCII text that needs no escape. */
  ascii(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.octets[this.length++] = text.charCodeAt(i);
  }

  /** Any text as a JSON string. */
  text(text: string): void {
    const json = JSON.stringify(text);
    this.reserve(json.length * 3);
    this.length += this.octets.write(json, this.length);
  }

  /** A whole number, not negative. */
  number(value: number): void {
    this.reserve(20);
    if (value > MAX_INTEGER) return this.ascii(String(value));
    let digits = 1;
    for (let rest = value; rest >= 10; rest = (rest / 10) | 0) digits++;
    let rest = value;
    for (let at = this.length + digits - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0;
      this.octets[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.length += digits;
  }

  /** Octets that were written before, from `start` to `end`. */
  again(start: number, end: number): void {
    this.reserve(end - start);
    // They are few: a call of copyWithin takes longer.
    for (let at = start; at < end; at++) this.octets[this.length++] = this.octets[at]!;
  }

  /** A number with up to three digits behind the point. */
  decimal(value: number): void {
    if (value === 0) this.number(0);
    else this.ascii(String(Math.round(value * 1000) / 1000));
  }

  /** An uncompressed, well-formed name in presentation format, without quotes. */
  name(wire: Uint8Array, at: number): void {
    // Four octets become `\\DDD` and one a dot, at the worst.
    this.reserve(255 * 5);
    const { octets } = this;
    if (wire[at] === 0) octets[this.length++] = 0x2e;
    for (let next = at; wire[next] !== 0; ) {
      const end = next + wire[next]! + 1;
      for (let i = next + 1; i < end; i++) {
        const octet = wire[i]!;
        if (PLAIN[octet] === 0) this.#escaped(NAME_OCTETS[octet]!);
        else octets[this.length++] = octet;
      }
      octets[this.length++] = 0x2e;
      next = end;
    }
  }

  #escaped(escaped: Uint8Array): void {
    for (let i = 0; i < escaped.length; i++) this.octets[this.length++] = escaped[i]!;
  }

  /** An address in its usual text form, without quotes; IPv6 after RFC 5952. */
  address(family: 4 | 6, words: Uint32Array): void {
    this.reserve(40);
    if (family === 4) this.#ipv4(words[0]!);
    else this.#ipv6(words);
  }

  #ipv4(word: number): void {
    for (let shift = 24; shift >= 0; shift -= 8) {
      this.number((word >>> shift) & 0xff);
      if (shift > 0) this.octets[this.length++] = 0x2e;
    }
  }

  #ipv6(words: Uint32Array): void {
    const { at, count } = longestZeros(words);
    for (let i = 0; i < 8; i++) {
      if (i === at) {
        this.ascii(i === 0 ? '::' : ':');
        i += count - 1;
      } else {
        this.#hex(group(words, i));
        if (i < 7) this.octets[this.length++] = 0x3a;
      }
    }
  }

  #hex(value: number): void {
    let shift = 12;
    while (shift > 0 && value >> shift === 0) shift -= 4;
    for (; shift >= 0; shift -= 4) {
      this.octets[this.length++] = HEX.charCodeAt((value >> shift) & 0xf);
    }
  }

  quote(): void {
    this.reserve(1);
    this.octets[this.length++] = QUOTE;
  }
}

function group(words: Uint32Array, index: number): number {
  return (words[index >> 1]! >>> ((index & 1) === 0 ? 16 : 0)) & 0xffff;
}

/** RFC 5952 section 4.2: the longest run of two or more zero groups, the first of equals. */
function longestZeros(words: Uint32Array): { at: number; count: number } {
  let at = -1;
  let count = 1;
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (end < 8 && group(words, end) === 0) end++;
    if (end - start > count) {
      at = start;
      count = end - start;
    }
  }
  return { at, count };
}
