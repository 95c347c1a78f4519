/** Headers of the PROXY protocol, octet by octet. */

import { ascii, type Octets, octets, uint16 } from './messages.ts';

const SIGNATURE = octets([13, 10, 13, 10, 0, 13, 10], ascii('QUIT'), [10]);

/** 192.0.2.7 port 56324 to 198.51.100.1 port 53. */
export const CLIENT_4: Uint8Array = octets(
  [192, 0, 2, 7],
  [198, 51, 100, 1],
  uint16(56_324),
  uint16(53),
);

/** 2001:db8::7 port 56324 to 2001:db8::53 port 53. */
export const CLIENT_6: Uint8Array = octets(
  [0x20, 0x01, 0x0d, 0xb8, ...new Uint8Array(11), 7],
  [0x20, 0x01, 0x0d, 0xb8, ...new Uint8Array(11), 0x53],
  uint16(56_324),
  uint16(53),
);

export interface BinaryParts {
  /** Version 2 and PROXY by default. */
  readonly command?: number;
  /** TCP over IPv4 by default. */
  readonly family?: number;
  /** All that the length counts. */
  readonly addresses?: Octets;
}

/** A header of version 2. */
export function binaryHeader(parts: BinaryParts): Uint8Array {
  const { command = 0x21, family = 0x11, addresses = [] } = parts;
  return octets(SIGNATURE, [command, family], uint16(addresses.length), addresses);
}

/** For a client and port that come to 127.0.0.1 port 53 over IPv4. */
export function headerFor(address: string, port = 4242): Uint8Array {
  const client = address.split('.').map(Number);
  const addresses = octets(client, [127, 0, 0, 1], uint16(port), uint16(53));
  return binaryHeader({ family: 0x12, addresses });
}

/** A version 1 header for a client. */
export function lineFor(address: string, port = 4242): Uint8Array {
  return ascii(`PROXY TCP4 ${address} 127.0.0.1 ${port} 53\r\n`);
}

/** What follows the addresses. */
export function tlv(type: number, value: Octets): Uint8Array {
  return octets([type], uint16(value.length), value);
}

/** A header of version 2 with a CRC-32C over all of it. */
export function withChecksum(addresses: Octets, family = 0x11): Uint8Array {
  const header = binaryHeader({ family, addresses: octets(addresses, tlv(3, [0, 0, 0, 0])) });
  const view = new DataView(header.buffer);
  view.setUint32(header.length - 4, checksum(header));
  return header;
}

/** CRC-32C bit by bit. */
function checksum(given: Uint8Array): number {
  let crc = 0xffffffff;
  for (const octet of given) {
    crc ^= octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}
