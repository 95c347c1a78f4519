/** What goes with a datagram besides its octets: `struct cmsghdr`, <sys/socket.h>. */

import type { Memory } from './libc.ts';

/** Offsets; messages begin at multiples of 8 octets. */
const LENGTH = 0;
const LEVEL = 8;
const TYPE = 12;
const DATA = 16;

/** Room for all control messages of a datagram: IP_PKTINFO or IPV6_PKTINFO, and UDP_SEGMENT. */
export const CONTROL_LENGTH_MAX = 96;

/** What a control message says it is, and the octets of its data. */
export interface ControlMessage {
  readonly level: number;
  readonly type: number;
  readonly length: number;
}

/** Where the data of the message at `at` stands. */
export function controlData(at: number): number {
  return at + DATA;
}

/** Writes the head of a message; returns the octets that all of it takes. */
export function writeControlHeader(
  memory: Memory,
  at: number,
  { level, type, length }: ControlMessage,
): number {
  memory.writeUInt32LE(DATA + length, at + LENGTH);
  memory.writeUInt32LE(0, at + LENGTH + 4);
  memory.writeUInt32LE(level, at + LEVEL);
  memory.writeUInt32LE(type, at + TYPE);
  return align(DATA + length);
}

/** Calls `onMessage` for each message between `start` and `end`. */
export function readControl(
  memory: Memory,
  start: number,
  end: number,
  onMessage: (message: ControlMessage, data: number) => void,
): void {
  for (let at = start; at + DATA <= end; ) {
    const length = memory.readUInt32LE(at + LENGTH);
    if (length < DATA || at + length > end) return;
    const level = memory.readUInt32LE(at + LEVEL);
    const type = memory.readUInt32LE(at + TYPE);
    onMessage({ level, type, length: length - DATA }, at + DATA);
    at += align(length);
  }
}

function align(length: number): number {
  return (length + 7) & ~7;
}
