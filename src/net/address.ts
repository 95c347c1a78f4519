/** IP addresses as numbers. The doors to ipaddr.js are this file and `prefix.ts`. */

import ipaddr from 'ipaddr.js';
import { isZone, splitZone } from './zone.ts';

/** An IPv4 address is the first word, an IPv6 address all four; the rest is zero. */
export interface Address {
  readonly family: 4 | 6;
  readonly words: Uint32Array;
}

/** An address and a port to listen on or to send to. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Four decimal octets; a leading zero, which some programs read as octal, is none. */
const DOTTED = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

/**
 * Reads an address into `words` and returns its family; 0 when the text is none.
 * An IPv4-mapped IPv6 address is the IPv4 address: that is what a dual-stack socket reports.
 * The zone of an IPv6 address (`%eth0`) is passed over.
 */
export function readAddress(text: string, words: Uint32Array): 4 | 6 | 0 {
  const dotted = DOTTED.exec(text);
  if (dotted === null) return readIpv6(text, words);
  words.fill(0);
  for (let i = 1; i <= 4; i++) {
    const octet = Number(dotted[i]);
    if (octet > 255) return 0;
    words[0] = (words[0]! << 8) | octet;
  }
  return 4;
}

function readIpv6(text: string, words: Uint32Array): 4 | 6 | 0 {
  // ipaddr.js takes fewer zones than there are names of interfaces.
  const { address: plain, zone } = splitZone(text);
  if (plain !== text && !isZone(zone)) return 0;
  // It also takes `::192.0.2.1`, which is how inet_ntop writes ::c000:201, for an IPv4-mapped
  // address (RFC 4291 section 2.5.5.1).
  const explicit = plain.replace(/^::(?=\d+\.)/, '0::');
  if (!ipaddr.IPv6.isValid(explicit)) return 0;
  const address = ipaddr.IPv6.parse(explicit);
  words.fill(0);
  if (address.isIPv4MappedAddress()) {
    words[0] = toWord(address.toIPv4Address().toByteArray(), 0);
    return 4;
  }
  const octets = address.toByteArray();
  for (let i = 0; i < 4; i++) words[i] = toWord(octets, i * 4);
  return 6;
}

/** An address in its usual text forms; undefined when it is none. */
export function parseAddress(text: string): Address | undefined {
  const words = new Uint32Array(4);
  const family = readAddress(text, words);
  return family === 0 ? undefined : { family, words };
}

/** Dotted quad, or IPv6 text after RFC 5952. */
export function formatAddress(family: 4 | 6, words: Uint32Array): string {
  if (family === 4) {
    const word = words[0]!;
    return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
  }
  const octets = Array.from(
    { length: 16 },
    (_, i) => (words[i >> 2]! >>> (24 - 8 * (i & 3))) & 255,
  );
  return new ipaddr.IPv6(octets).toRFC5952String();
}

/** `192.0.2.1:53`, or `[2001:db8::1]:53`. */
export function formatEndpoint({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/**
 * Reads `192.0.2.1:53`, `[2001:db8::1]:53`, or an address alone when there is a port to default
 * to; undefined when the text is neither.
 */
export function parseEndpoint(text: string, defaultPort?: number): Endpoint | undefined {
  const withPort = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = withPort?.[1] ?? withPort?.[2] ?? text.replace(/^\[(.*)\]$/, '$1');
  const port = withPort?.[3] === undefined ? defaultPort : Number(withPort[3]);
  const address = parseAddress(host);
  if (address === undefined || port === undefined || port > 0xffff) return undefined;
  const plain = formatAddress(address.family, address.words);
  const { zone } = splitZone(host);
  return { address: address.family === 4 || zone === '' ? plain : `${plain}%${zone}`, port };
}

/** Whether the address is one of the host itself (127.0.0.0/8, ::1). */
export function isLoopback({ family, words }: Address): boolean {
  if (family === 4) return words[0]! >>> 24 === 127;
  return words[0] === 0 && words[1] === 0 && words[2] === 0 && words[3] === 1;
}

/** Whether the address stands for every address of the host (0.0.0.0, ::). */
export function isUnspecified({ words }: Address): boolean {
  return words.every((word) => word === 0);
}

function toWord(octets: readonly number[], at: number): number {
  return (
    ((octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!) >>> 0
  );
}
