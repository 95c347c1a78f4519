/** `struct sockaddr_in` and `sockaddr_in6` in memory: <netinet/in.h>. */

import { AF_INET, AF_INET6, allocate, type Memory } from './libc.ts';

/** Room for either. */
export const SOCKADDR_LENGTH = 28;

const IPV4_LENGTH = 16;
const FAMILY = 0;
const PORT = 2;
const IPV4_ADDRESS = 4;
const IPV6_ADDRESS = 8;
const SCOPE = 24;

/** An address to bind or connect to. `words` holds IPv4 in the first, IPv6 in all four. */
export interface SocketAddress {
  readonly family: 4 | 6;
  readonly words: Uint32Array;
  readonly port: number;
  /** Index of the interface of a link-local address. */
  readonly scope?: number;
}

export function formatSocketAddress({ family, words, port, scope = 0 }: SocketAddress): Memory {
  const memory = allocate(addressLength(family));
  const zone = scope === 0 ? '' : `%${scope}`;
  writeSocketAddress(memory, 0, family, { family, address: words, port, zoneId: zone });
  return memory;
}

/** Writes an address at `at` for a socket of `family`. */
export function writeSocketAddress(
  memory: Memory,
  at: number,
  family: 4 | 6,
  to: { readonly family: 4 | 6; readonly address: Uint32Array; port: number; zoneId: string },
): void {
  memory[at + FAMILY] = family === 4 ? AF_INET : AF_INET6;
  memory[at + FAMILY + 1] = 0;
  memory[at + PORT] = to.port >> 8;
  memory[at + PORT + 1] = to.port;
  if (family === 4) {
    writeWord(memory, at + IPV4_ADDRESS, to.address[0]!);
    return;
  }
  for (let i = 0; i < 4; i++) writeWord(memory, at + IPV6_ADDRESS + 4 * i, to.address[i]!);
  memory.writeUInt32LE(to.zoneId === '' ? 0 : Number(to.zoneId.slice(1)), at + SCOPE);
}

function writeWord(memory: Memory, at: number, word: number): void {
  memory[at] = word >>> 24;
  memory[at + 1] = word >>> 16;
  memory[at + 2] = word >>> 8;
  memory[at + 3] = word;
}

/** The zone of the IPv6 address at `at`: `%2`, or nothing. */
export function readZone(memory: Memory, at: number): string {
  const scope = memory.readUInt32LE(at + SCOPE);
  return scope === 0 ? '' : `%${scope}`;
}

export function addressLength(family: 4 | 6): number {
  return family === 4 ? IPV4_LENGTH : SOCKADDR_LENGTH;
}

/** The port of the address at `at`. */
export function readPort(memory: Memory, at: number): number {
  return (memory[at + PORT]! << 8) | memory[at + PORT + 1]!;
}

/** Reads the address at `at` into `words`; an IPv4-mapped one is read as IPv4. */
export function readSocketAddress(memory: Memory, at: number, words: Uint32Array): 4 | 6 {
  words.fill(0);
  if (memory[at + FAMILY] === AF_INET) {
    words[0] = readWord(memory, at + IPV4_ADDRESS);
    return 4;
  }
  for (let i = 0; i < 4; i++) words[i] = readWord(memory, at + IPV6_ADDRESS + 4 * i);
  if (words[0] !== 0 || words[1] !== 0 || words[2] !== 0xffff) return 6;
  words[0] = words[3]!;
  words[2] = 0;
  words[3] = 0;
  return 4;
}

function readWord(memory: Memory, at: number): number {
  return (
    ((memory[at]! << 24) | (memory[at + 1]! << 16) | (memory[at + 2]! << 8) | memory[at + 3]!) >>> 0
  );
}
