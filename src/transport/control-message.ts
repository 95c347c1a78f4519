/** What goes with a datagram besides its octets: `struct cmsghdr`, <sys/socket.h>. */

import type { Memory } from './libc.ts';

/** Offsets; messages begin at multiples of 8 octets. */
const LENGTH = 0;
const LEVEL = 8;
const TYPE = 12;
const DATA = 16;

/** Room for all control messages of a datagram: IP_PKTINFO or IPV6_PKTINFO, and UDP_SEGMENT. */
export const CONTROL_LENGTH_MAX = 96;

/** The kind of a control message, and the octets of its data. */
export interface ControlMessage {
  readonly level: number;
  readonly type: number;
  readonly length: number;
}

/** Where the data of the message at `at` stands. */
export function controlData(at: number): number {
  return at + DATA;
}

/** The octets that all of a message takes. */
export function controlLength({ length }: ControlMessage): number {
  return align(DATA + length);
}

/** Writes the head of a message; returns the octets that all of it takes. */
export function writeControlHeader(memory: Memory, at: number, message: ControlMessage): number {
  const { level, type, length } = message;
  memory.writeUInt32LE(DATA + length, at + LENGTH);
  memory.writeUInt32LE(0, at + LENGTH + 4);
  memory.writeUInt32LE(level, at + LEVEL);
  memory.writeUInt32LE(type, at + TYPE);
  return controlLength(message);
}

/** Where the data of such a message stands between `start` and `end`; -1 when there is none. */
export function findControl(
  memory: Memory,
  start: number,
  end: number,
  { level, type, length }: ControlMessage,
): number {
  for (let at = start; at + DATA <= end; ) {
    const whole = memory.readUInt32LE(at + LENGTH);
    if (whole < DATA || at + whole > end) return -1;
    const isIt =
      memory.readUInt32LE(at + LEVEL) === level && memory.readUInt32LE(at + TYPE) === type;
    if (isIt && whole >= DATA + length) return at + DATA;
    at += align(whole);
  }
  return -1;
}

function align(length: number): number {
  return (length + 7) & ~7;
}
