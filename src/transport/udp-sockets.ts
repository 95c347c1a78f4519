/** Which UDP sockets there are on this host, as the kernel lists them (proc(5), /proc/net/udp). */

import { readFileSync } from 'node:fs';
import type { SocketAddress } from './socket-address.ts';

/** Field of a line: the local address. */
const LOCAL = 1;

/** How many sockets have this address; 0 where the kernel does not report it. */
export function countUdpSockets({ family, words, port }: SocketAddress): number {
  const listed = [...words.subarray(0, family === 4 ? 1 : 4)].map(formatWord).join('');
  const local = `${listed}:${formatHex(port, 4)}`;
  return readLines(family === 4 ? '/proc/self/net/udp' : '/proc/self/net/udp6').filter(
    (line) => line.trim().split(/\s+/)[LOCAL] === local,
  ).length;
}

/** A word of an address in network order, printed as a little-endian machine reads it. */
function formatWord(word: number): string {
  const swapped = Buffer.alloc(4);
  swapped.writeUInt32BE(word);
  return formatHex(swapped.readUInt32LE(), 8);
}

function formatHex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
