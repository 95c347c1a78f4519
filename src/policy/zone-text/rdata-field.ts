/** The kinds of fields that RDATA consists of: how each is written, and how many octets it takes. */

import { parseAddress } from '../../net/address.ts';
import { MAX_LABEL, MAX_NAME } from '../../wire/name.ts';
import { ESCAPE_EXPECTED, formatOctets, resolveEscapes } from './escape.ts';
import { AS_WRITTEN, NameText } from './name-text.ts';
import { readNumber, readSeconds } from './number-text.ts';
import type { RdataToken } from './zone-scanner.ts';

/** Puts the octets of a text into `out`, or returns what was expected of it. */
export type Write = (token: RdataToken, out: number[], origin: Uint8Array) => string | undefined;

/** One field of RDATA text. */
export interface Field {
  readonly name: string;
  readonly write: Write;
  /** The offset behind the field of `rdata` that starts at `at`; -1 when it is malformed. */
  skip(rdata: Uint8Array, at: number): number;
}

/** The fields that end RDATA text when their number is open. */
export interface Rest {
  readonly name: string;
  /** Puts their octets into `out`, or returns which one is wrong and what was expected of it. */
  write(tokens: readonly RdataToken[], out: number[], origin: Uint8Array): Unexpected | undefined;
  /** Whether `rdata` from `at` on is well formed. */
  isWhole(rdata: Uint8Array, at: number): boolean;
}

/** A field that is not what it should be; one behind the last is missing. */
export interface Unexpected {
  readonly field: number;
  readonly expected: string;
}

/** Octets of the longest character-string. */
export const MAX_STRING = 0xff;

const nameText = new NameText(AS_WRITTEN);

const HEX_EXPECTED = 'hexadecimal digits';

/** An unsigned number of 1, 2 or 4 octets. */
export function unsigned(octets: 1 | 2 | 4, name: string): Field {
  const max = 256 ** octets - 1;
  return fixed(octets, name, (token, out) => {
    const value = parseNumber(token, max);
    if (value < 0) return `a number from 0 to ${max}`;
    pushNumber(value, octets, out);
    return undefined;
  });
}

/** A time of 32 bits. */
export function seconds(name: string): Field {
  return fixed(4, name, ({ octets }, out) => {
    const value = readSeconds(octets, 0, octets.length);
    if (value < 0) return 'seconds, or units as in 1h30m';
    pushNumber(value, 4, out);
    return undefined;
  });
}

/** A domain name, its case kept. */
export function domain(name: string): Field {
  return {
    name,
    write({ octets }, out, origin) {
      if (!nameText.read(octets, 0, octets.length, origin)) return nameText.expected;
      for (let i = 0; i < nameText.length; i++) out.push(nameText.octets[i]!);
      return undefined;
    },
    skip: skipPlainName,
  };
}

/** A character-string (RFC 1035 section 3.3). */
export function characterString(name: string): Field {
  return { name, write: writeString, skip: skipString };
}

export const IPV4: Field = fixed(4, 'address', ({ octets }, out) => {
  const text = formatOctets(octets);
  const address = text.includes(':') ? undefined : parseAddress(text);
  if (address?.family !== 4) return 'an IPv4 address';
  pushNumber(address.words[0]!, 4, out);
  return undefined;
});

export const IPV6: Field = fixed(16, 'address', ({ octets }, out) => {
  const text = formatOctets(octets);
  const address = /^[\da-f:.]*:[\da-f:.]*$/i.test(text) ? parseAddress(text) : undefined;
  if (address === undefined) return 'an IPv6 address';
  // An IPv4-mapped address was taken for the IPv4 address that it holds.
  const words = address.family === 4 ? [0, 0, 0xffff, address.words[0]!] : address.words;
  for (const word of words) pushNumber(word, 4, out);
  return undefined;
});

/** A CAA tag (RFC 8659 section 4.1): letters and digits behind their length. */
export const CAA_TAG: Field = {
  name: 'tag',
  write({ octets }, out) {
    const isTag = octets.length <= MAX_STRING && /^[\da-z]+$/i.test(String.fromCharCode(...octets));
    if (!isTag) return 'letters and digits';
    out.push(octets.length, ...octets);
    return undefined;
  },
  skip: skipString,
};

/** A text that takes all octets left, without a length. */
export function openText(name: string): Field {
  return {
    name,
    write({ octets }, out) {
      const resolved = resolveEscapes(octets);
      if (resolved === undefined) return ESCAPE_EXPECTED;
      for (const octet of resolved) out.push(octet);
      return undefined;
    },
    skip: (rdata) => rdata.length,
  };
}

/** One character-string or more. */
export const STRINGS: Rest = {
  name: 'strings',
  write(tokens, out) {
    if (tokens.length === 0) return { field: 0, expected: 'a string' };
    for (const [field, token] of tokens.entries()) {
      const expected = writeString(token, out);
      if (expected !== undefined) return { field, expected };
    }
    return undefined;
  },
  isWhole(rdata, at) {
    let next = at;
    do next = skipString(rdata, next);
    while (next > 0 && next < rdata.length);
    return next > 0;
  },
};

/** Hexadecimal digits, of which blanks may stand between any two. */
export const HEX: Rest = {
  name: 'hex',
  write(tokens, out) {
    if (tokens.length === 0) return { field: 0, expected: HEX_EXPECTED };
    let digits = '';
    for (const [field, { octets }] of tokens.entries()) {
      for (const octet of octets) {
        if (!isHexDigit(octet)) return { field, expected: HEX_EXPECTED };
        digits += String.fromCharCode(octet);
      }
    }
    if (digits.length % 2 !== 0) {
      return { field: tokens.length - 1, expected: 'an even number of hexadecimal digits' };
    }
    for (const [pair] of digits.matchAll(/../g)) out.push(Number.parseInt(pair, 16));
    return undefined;
  },
  isWhole: (rdata, at) => at < rdata.length,
};

/** A whole number up to `max` in decimal digits; -1 when the field is none. */
export function parseNumber({ octets }: RdataToken, max: number): number {
  const value = readNumber(octets, 0, octets.length);
  return value <= max ? value : -1;
}

function writeString({ octets }: RdataToken, out: number[]): string | undefined {
  const resolved = resolveEscapes(octets);
  if (resolved === undefined) return ESCAPE_EXPECTED;
  if (resolved.length > MAX_STRING) return `at most ${MAX_STRING} octets in each string`;
  out.push(resolved.length, ...resolved);
  return undefined;
}

/** RDATA that stands alone has nothing that a compression pointer could point to. */
export function skipPlainName(rdata: Uint8Array, at: number): number {
  for (let next = at; next < rdata.length && next - at < MAX_NAME; next += rdata[next]! + 1) {
    if (rdata[next] === 0) return next + 1;
    if (rdata[next]! > MAX_LABEL) return -1;
  }
  return -1;
}

export function skipString(rdata: Uint8Array, at: number): number {
  const next = at + 1 + (rdata[at] ?? rdata.length);
  return next <= rdata.length ? next : -1;
}

/** A field of so many octets. */
export function fixed(length: number, name: string, write: Write): Field {
  const skip = (rdata: Uint8Array, at: number) => (at + length <= rdata.length ? at + length : -1);
  return { name, write, skip };
}

export function pushNumber(value: number, octets: number, out: number[]): void {
  for (let shift = 8 * (octets - 1); shift >= 0; shift -= 8) out.push((value >>> shift) & 0xff);
}

function isHexDigit(octet: number): boolean {
  const letter = octet | 0x20;
  return (octet >= 0x30 && octet <= 0x39) || (letter >= 0x61 && letter <= 0x66);
}
