/**
 * Which address of this host a datagram was sent to, and from which its answer leaves: the
 * control messages IP_PKTINFO (ip(7)) and IPV6_PKTINFO (RFC 3542 section 6).
 */

import {
  type ControlMessage,
  controlData,
  controlLength,
  findControl,
  writeControlHeader,
} from './control-message.ts';
import { IP_PKTINFO, IPPROTO_IP, IPPROTO_IPV6, IPV6_PKTINFO, type Memory } from './libc.ts';

/** `struct in_pktinfo`: interface, local address, destination in the header. */
const IPV4_INFO: ControlMessage = { level: IPPROTO_IP, type: IP_PKTINFO, length: 12 };
const IPV4_LOCAL = 4;
const IPV4_DESTINATION = 8;
/** `struct in6_pktinfo`: address, interface. */
const IPV6_INFO: ControlMessage = { level: IPPROTO_IPV6, type: IPV6_PKTINFO, length: 20 };
const IPV6_INTERFACE = 16;

/** The part of a datagram's path that is this host's. */
export interface LocalEnd {
  readonly local: Uint32Array;
  localInterface: number;
}

/** The octets that `writePacketInfo` writes. */
export function packetInfoLength(family: 4 | 6): number {
  return controlLength(infoOf(family));
}

function infoOf(family: 4 | 6): ControlMessage {
  return family === 4 ? IPV4_INFO : IPV6_INFO;
}

/**
 * Reads where a datagram was sent to from its control messages, which stand between `start` and
 * `end`; all zero when they do not have it.
 */
export function readPacketInfo(
  control: Memory,
  start: number,
  end: number,
  family: 4 | 6,
  path: LocalEnd,
): void {
  path.local.fill(0);
  path.localInterface = 0;
  const data = findControl(control, start, end, infoOf(family));
  if (data < 0) return;
  if (family === 4) {
    path.localInterface = control.readUInt32LE(data);
    path.local[0] = control.readUInt32BE(data + IPV4_DESTINATION);
    return;
  }
  for (let i = 0; i < 4; i++) path.local[i] = control.readUInt32BE(data + 4 * i);
  path.localInterface = control.readUInt32LE(data + IPV6_INTERFACE);
}

/** Makes a datagram leave from the path's local address. */
export function writePacketInfo(control: Memory, at: number, family: 4 | 6, path: LocalEnd): void {
  const size = writeControlHeader(control, at, infoOf(family));
  const data = controlData(at);
  control.fill(0, data, at + size);
  if (family === 4) {
    // The interface is left to the routes: an answer may leave by another than the query's.
    control.writeUInt32BE(path.local[0]!, data + IPV4_LOCAL);
    return;
  }
  for (let i = 0; i < 4; i++) control.writeUInt32BE(path.local[i]!, data + 4 * i);
  // A link-local address means nothing without its interface.
  const isLinkLocal = path.local[0]! >>> 22 === 0xfe80 >>> 6;
  if (isLinkLocal) control.writeUInt32LE(path.localInterface, data + IPV6_INTERFACE);
}
