/**
 * Which address of this host a datagram was sent to, and from which its answer leaves: the
 * control messages IP_PKTINFO (ip(7)) and IPV6_PKTINFO (RFC 3542 section 6).
 */

import { IP_PKTINFO, IPPROTO_IP, IPPROTO_IPV6, IPV6_PKTINFO, type Memory } from './libc.ts';
import { CONTROL_LENGTH_MAX, type MessageBatch } from './message-batch.ts';

/** Offsets in `struct cmsghdr`; entries begin at multiples of 8 octets. */
const LENGTH = 0;
const LEVEL = 8;
const TYPE = 12;
const DATA = 16;

/** `struct in_pktinfo`: interface, local address, destination in the header. */
const IPV4_INFO = 12;
const IPV4_LOCAL = 4;
const IPV4_DESTINATION = 8;
/** `struct in6_pktinfo`: address, interface. */
const IPV6_INFO = 20;
const IPV6_INTERFACE = 16;

/** The part of a datagram's path that is this host's. */
export interface LocalEnd {
  readonly local: Uint32Array;
  localInterface: number;
}

/** Reads where message `index` was sent to; all zero when it does not say. */
export function readPacketInfo(batch: MessageBatch, index: number, path: LocalEnd): void {
  path.local.fill(0);
  path.localInterface = 0;
  const { control } = batch;
  const start = index * CONTROL_LENGTH_MAX;
  const end = start + batch.controlLengthOf(index);
  for (let at = start; at + DATA <= end; ) {
    const length = control.readUInt32LE(at + LENGTH);
    if (length < DATA || at + length > end) return;
    readInfo(control, at, path);
    at += (length + 7) & ~7;
  }
}

function readInfo(control: Memory, at: number, path: LocalEnd): void {
  const level = control.readUInt32LE(at + LEVEL);
  const type = control.readUInt32LE(at + TYPE);
  const data = at + DATA;
  if (level === IPPROTO_IP && type === IP_PKTINFO) {
    path.localInterface = control.readUInt32LE(data);
    path.local[0] = control.readUInt32BE(data + IPV4_DESTINATION);
  } else if (level === IPPROTO_IPV6 && type === IPV6_PKTINFO) {
    for (let i = 0; i < 4; i++) path.local[i] = control.readUInt32BE(data + 4 * i);
    path.localInterface = control.readUInt32LE(data + IPV6_INTERFACE);
  }
}

/** Makes message `index` leave from the path's local address; returns the octets it takes. */
export function writePacketInfo(
  batch: MessageBatch,
  index: number,
  family: 4 | 6,
  path: LocalEnd,
): number {
  const { control } = batch;
  const at = index * CONTROL_LENGTH_MAX;
  const info = family === 4 ? IPV4_INFO : IPV6_INFO;
  const size = (DATA + info + 7) & ~7;
  control.fill(0, at, at + size);
  control.writeUInt32LE(DATA + info, at + LENGTH);
  control.writeUInt32LE(family === 4 ? IPPROTO_IP : IPPROTO_IPV6, at + LEVEL);
  control.writeUInt32LE(family === 4 ? IP_PKTINFO : IPV6_PKTINFO, at + TYPE);
  const data = at + DATA;
  if (family === 4) {
    // The interface is left to the routes: an answer may leave by another than the query's.
    control.writeUInt32BE(path.local[0]!, data + IPV4_LOCAL);
    return size;
  }
  for (let i = 0; i < 4; i++) control.writeUInt32BE(path.local[i]!, data + 4 * i);
  // A link-local address means nothing without its interface.
  const isLinkLocal = path.local[0]! >>> 22 === 0xfe80 >>> 6;
  if (isLinkLocal) control.writeUInt32LE(path.localInterface, data + IPV6_INTERFACE);
  return size;
}
