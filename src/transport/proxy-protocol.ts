/**
 * The PROXY protocol, versions 1 and 2 (haproxy.org, proxy-protocol.txt): a header by which a
 * proxy sends the client's address in front of a connection's octets or in each datagram.
 */

import { crc32c } from './crc32c.ts';

/** What `parse` returns when more octets are needed, and when it is no header. */
export const INCOMPLETE = 0;
export const INVALID = -1;

/** Octets of a header at most; the addresses and all that proxies are known to add take a few hundred. */
export const MAX_HEADER = 2048;

/** Version 1: a line of text. */
const TEXT_START = ascii('PROXY ');
const TEXT_MAX = 107;
const TEXT_LINE = /^PROXY (TCP4|TCP6) (\S+) (\S+) (\S+) (\S+)$/;
const TEXT_UNKNOWN = /^PROXY UNKNOWN(?: |$)/;
const PORT = /^(?:0|[1-9]\d{0,4})$/;
const CR = 0x0d;
const LF = 0x0a;

/** Version 2: signature, version and command, family and protocol, length. */
const SIGNATURE = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10);
const COMMAND = 12;
const FAMILY = 13;
const LENGTH = 14;
const FIXED = 16;
const VERSION_2 = 0x20;
const LOCAL = 0;
const PROXY = 1;
const UNSPEC = 0;
const INET = 1;
const INET6 = 2;
/** STREAM or DGRAM: how the client came to the proxy. */
const MAX_PROTOCOL = 2;
/** Octets of the addresses and ports of a family. */
const ADDRESSES = { [INET]: 12, [INET6]: 36 } as const;

/** Type and length of what may follow the addresses, and the one that is a checksum. */
const TLV_HEADER = 3;
const TLV_CRC32C = 3;

/** Reads an address in text form into `words` and returns its family; 0 when it is none. */
export type ReadAddress = (text: string, words: Uint32Array) => 4 | 6 | 0;

/** The fields of one header. An instance can be used again. */
export class ProxyHeader {
  /** The proxy asks for itself, or names no client. */
  isLocal = true;
  /** The client: an IPv4 address is the first word, an IPv6 address all four. */
  family: 4 | 6 = 4;
  readonly address: Uint32Array = new Uint32Array(4);
  port = 0;
  readonly #readAddress: ReadAddress;

  constructor(readAddress: ReadAddress) {
    this.#readAddress = readAddress;
  }

  /** Reads the header that `octets` begins with: its length, or INCOMPLETE, or INVALID. */
  parse(octets: Uint8Array): number {
    this.isLocal = true;
    const isText = octets[0] === TEXT_START[0];
    const start = isText ? TEXT_START : SIGNATURE;
    for (let i = 0; i < start.length && i < octets.length; i++) {
      if (octets[i] !== start[i]) return INVALID;
    }
    if (octets.length < start.length) return INCOMPLETE;
    return isText ? this.#parseText(octets) : this.#parseBinary(octets);
  }

  #parseText(octets: Uint8Array): number {
    const end = octets.subarray(0, TEXT_MAX).indexOf(LF);
    if (end < 0) return octets.length < TEXT_MAX ? INCOMPLETE : INVALID;
    if (octets[end - 1] !== CR) return INVALID;
    const line = Buffer.from(octets.subarray(0, end - 1)).toString('latin1');
    if (TEXT_UNKNOWN.test(line)) return end + 1;
    const [, protocol, source = '', destination = '', port = '', toPort = ''] =
      TEXT_LINE.exec(line) ?? [];
    // The destination is checked alone: the source's address is what stays.
    if (!this.#readText(protocol, destination, toPort)) return INVALID;
    if (!this.#readText(protocol, source, port)) return INVALID;
    this.isLocal = false;
    return end + 1;
  }

  #readText(protocol: string | undefined, address: string, port: string): boolean {
    if (!PORT.test(port) || Number(port) > 0xffff) return false;
    if (address.includes(':') !== (protocol === 'TCP6') || address.includes('%')) return false;
    const family = this.#readAddress(address, this.address);
    if (family === 0) return false;
    this.family = family;
    this.port = Number(port);
    return true;
  }

  #parseBinary(octets: Uint8Array): number {
    if (octets.length < FIXED) return INCOMPLETE;
    const command = octets[COMMAND]! ^ VERSION_2;
    const end = FIXED + readUint16(octets, LENGTH);
    if (command > PROXY || end > MAX_HEADER) return INVALID;
    if (octets.length < end) return INCOMPLETE;
    // Of a LOCAL command all that follows is to be passed over.
    if (command === LOCAL) return end;
    const family = octets[FAMILY]! >> 4;
    const protocol = octets[FAMILY]! & 0x0f;
    if (protocol > MAX_PROTOCOL) return INVALID;
    if (family === UNSPEC) return hasSoundTlvs(octets, FIXED, end) ? end : INVALID;
    // A path of a unix socket is nobody that an access list could know.
    if ((family !== INET && family !== INET6) || protocol === 0) return INVALID;
    const tlvs = FIXED + ADDRESSES[family];
    if (tlvs > end || !hasSoundTlvs(octets, tlvs, end)) return INVALID;
    this.#readBinary(octets, family);
    return end;
  }

  #readBinary(octets: Uint8Array, family: typeof INET | typeof INET6): void {
    const { address } = this;
    const words = family === INET ? 1 : 4;
    address.fill(0);
    for (let i = 0; i < words; i++) address[i] = readUint32(octets, FIXED + 4 * i);
    this.family = family === INET ? 4 : 6;
    // An IPv4-mapped address is the IPv4 address, or access lists would not know it.
    if (family === INET6 && address[0] === 0 && address[1] === 0 && address[2] === 0xffff) {
      this.family = 4;
      address[0] = address[3]!;
      address.fill(0, 1);
    }
    this.port = readUint16(octets, FIXED + 8 * words);
    this.isLocal = false;
  }
}

/** Whether what follows the addresses adds up, and the checksum is right if there is one. */
function hasSoundTlvs(octets: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at + TLV_HEADER <= end) {
    const next = at + TLV_HEADER + readUint16(octets, at + 1);
    if (next > end) return false;
    if (octets[at] === TLV_CRC32C) {
      const value = at + TLV_HEADER;
      if (next !== value + 4) return false;
      // It is computed over the whole header, with zeros in its own place.
      const header = octets.slice(0, end).fill(0, value, next);
      if (crc32c(header) !== readUint32(octets, value)) return false;
    }
    at = next;
  }
  return at === end;
}

function readUint16(octets: Uint8Array, at: number): number {
  return (octets[at]! << 8) | octets[at + 1]!;
}

function readUint32(octets: Uint8Array, at: number): number {
  return readUint16(octets, at) * 0x10000 + readUint16(octets, at + 2);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
