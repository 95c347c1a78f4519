/** Address prefixes in CIDR notation. */

import { type Address, formatAddress, parseAddress } from './address.ts';

/** The first address of the prefix and its length in bits. */
export interface Prefix extends Address {
  readonly length: number;
}

const BITS = { 4: 32, 6: 128 } as const;
/** What stands before the IPv4 address in an IPv4-mapped IPv6 address: ::ffff:0:0/96. */
const MAPPED_BITS = 96;

/** A prefix, or an address as the prefix of itself; a text for what is wrong. */
export function parsePrefix(text: string): Prefix | string {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined || text.includes('%')) {
    return `"${text}" is not an address or a prefix; expect one like 10.0.0.0/8 or 2001:db8::/32`;
  }
  const bits = BITS[address.family];
  const least = address.family === 4 && text.includes(':') ? MAPPED_BITS : 0;
  const digits = slash < 0 ? String(least + bits) : text.slice(slash + 1);
  const length = Number(digits) - least;
  if (!/^\d{1,3}$/.test(digits) || length < 0 || length > bits) {
    return `"${text}" is not a prefix; expect a length of ${least} to ${least + bits}`;
  }
  const prefix = { ...address, length };
  const words = firstWords(prefix);
  if (words.some((word, i) => word !== address.words[i])) {
    const meant = formatPrefix({ ...prefix, words });
    return `"${text}" has bits set behind its length; expect ${meant}`;
  }
  return prefix;
}

export function formatPrefix({ family, words, length }: Prefix): string {
  return `${formatAddress(family, words)}/${length}`;
}

/** The mask of word `index` for a prefix of `length` bits. */
export function maskWord(index: number, length: number): number {
  const bits = Math.min(Math.max(length - 32 * index, 0), 32);
  return bits === 0 ? 0 : (-1 << (32 - bits)) >>> 0;
}

/** The first address of a prefix. */
export function firstWords({ words, length }: Prefix): Uint32Array {
  return words.map((word, i) => (word & maskWord(i, length)) >>> 0);
}

/** The last address of a prefix. */
export function lastWords({ family, words, length }: Prefix): Uint32Array {
  const used = family === 4 ? 1 : 4;
  return words.map((word, i) => (i < used ? (word | ~maskWord(i, length)) >>> 0 : 0));
}

/** Order of two addresses of one family: negative, zero, positive. */
export function compareWords(a: Uint32Array, b: Uint32Array): number {
  for (let i = 0; i < 4; i++) {
    if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  }
  return 0;
}

/** Number of leading bits that two addresses of one family share. */
export function commonBits(a: Uint32Array, b: Uint32Array): number {
  for (let i = 0; i < 4; i++) {
    const difference = (a[i]! ^ b[i]!) >>> 0;
    if (difference !== 0) return 32 * i + Math.clz32(difference);
  }
  return 128;
}

/** Whether the prefix covers the address. */
export function contains(prefix: Prefix, address: Address): boolean {
  if (prefix.family !== address.family) return false;
  return prefix.length === 0 || commonBits(prefix.words, address.words) >= prefix.length;
}
