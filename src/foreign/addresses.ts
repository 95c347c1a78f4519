/** Addresses as octets, and the reverse names that dnsmasq reads as addresses. */

import { type Address, parseAddress } from '../net/address.ts';

/** Undefined for what inet_pton() takes for no address; `::ffff:192.0.2.1` stays one of IPv6. */
export function parseOctets(text: string): Uint8Array | undefined {
  const address = text.includes('%') ? undefined : parseAddress(text);
  if (address === undefined) return undefined;
  const octets = octetsOf(address);
  if (!text.includes(':') || address.family === 6) return octets;
  return Uint8Array.of(...new Uint8Array(10), 0xff, 0xff, ...octets);
}

export function octetsOf({ family, words }: Address): Uint8Array {
  const octets = new Uint8Array(family === 4 ? 4 : 16);
  for (let i = 0; i < octets.length; i++) octets[i] = words[i >> 2]! >>> (24 - 8 * (i & 3));
  return octets;
}

export function wordsOfOctets(octets: Uint8Array): Address {
  const words = new Uint32Array(4);
  for (const [i, octet] of octets.entries()) words[i >> 2]! |= octet << (24 - 8 * (i & 3));
  return { family: octets.length === 4 ? 4 : 6, words };
}

/** The address of `1.2.0.192.in-addr.arpa`; octets and digits that are missing at the front are zero. */
export function reverseAddress(name: string): Uint8Array | undefined {
  const four = /^(.*)\.in-addr\.arpa$/.exec(name)?.[1]?.split('.');
  if (four !== undefined) {
    if (!four.every((label) => /^\d*$/.test(label))) return undefined;
    const octets = new Uint8Array(4);
    for (const label of four) {
      octets.copyWithin(1, 0, 3);
      octets[0] = Number(label);
    }
    return octets;
  }
  const six = /^(.*)\.ip6\.(?:arpa|int)$/.exec(name)?.[1]?.split('.');
  if (six === undefined || !six.every((label) => /^[\da-f]$/.test(label))) return undefined;
  const digits = six.slice(-32).reverse();
  const octets = new Uint8Array(16);
  for (const [i, digit] of digits.entries()) {
    octets[i >> 1]! |= Number.parseInt(digit, 16) << (i % 2 === 0 ? 4 : 0);
  }
  return octets;
}

const PRIVATE_4: readonly (readonly [number, number])[] = [
  [0x7f000000, 8],
  [0, 8],
  [0x0a000000, 8],
  [0xac100000, 12],
  [0xc0a80000, 16],
  [0xa9fe0000, 16],
  [0xc0000200, 24],
  [0xc6336400, 24],
  [0xcb007100, 24],
  [0xffffffff, 32],
];

/** What `bogus-priv` counts as private. */
export function isPrivate(octets: Uint8Array): boolean {
  const { words } = wordsOfOctets(octets);
  const [first = 0, second = 0, third = 0, fourth = 0] = words;
  if (octets.length === 4) {
    return PRIVATE_4.some(([net, length]) => first >>> (32 - length) === net >>> (32 - length));
  }
  const isUnspecifiedOrLoopback = (first | second | third) === 0 && fourth <= 1;
  if ((first | second) === 0 && third === 0xffff) return isPrivate(octets.subarray(12));
  const isLinkOrSiteLocal = first >>> 23 === 0xfe80 >>> 7;
  const isUniqueLocal = first >>> 24 === 0xfd;
  const isDocumentation = first === 0x20010db8;
  return isUnspecifiedOrLoopback || isLinkOrSiteLocal || isUniqueLocal || isDocumentation;
}
