/** The fixed 12-octet header (RFC 1035 section 4.1.1), read and written in place. */

export const HEADER_LENGTH = 12;

/** Octets that a buffer must have for any message to be answered in it. */
export const BUFFER_LENGTH = 0x10000;

const ID = 0;
const FLAGS = 2;
const FLAGS2 = 3;

/** Where each section's 16-bit record count stands. */
export const Count = { QUESTION: 4, ANSWER: 6, AUTHORITY: 8, ADDITIONAL: 10 } as const;

/** Bits of the third octet. */
export const QR = 0x80;
export const AA = 0x04;
export const TC = 0x02;
export const RD = 0x01;

/** Bits of the fourth octet. */
export const RA = 0x80;
export const AD = 0x20;
export const CD = 0x10;

const OPCODE_BITS = 0x78;
const RCODE_BITS = 0x0f;

/** The caller has checked that both octets exist. */
export function readUint16(message: Uint8Array, at: number): number {
  return (message[at]! << 8) | message[at + 1]!;
}

export function writeUint16(message: Uint8Array, at: number, value: number): void {
  message[at] = value >> 8;
  message[at + 1] = value;
}

/** As an unsigned number; the caller has checked that all four octets exist. */
export function readUint32(message: Uint8Array, at: number): number {
  return readUint16(message, at) * 0x10000 + readUint16(message, at + 2);
}

export function writeUint32(message: Uint8Array, at: number, value: number): void {
  writeUint16(message, at, value >>> 16);
  writeUint16(message, at + 2, value & 0xffff);
}

export function id(message: Uint8Array): number {
  return readUint16(message, ID);
}

export function setId(message: Uint8Array, value: number): void {
  writeUint16(message, ID, value);
}

export function opcode(message: Uint8Array): number {
  return (message[FLAGS]! & OPCODE_BITS) >> 3;
}

/** The low four bits; the rest of an extended RCODE stands in the OPT record. */
export function rcode(message: Uint8Array): number {
  return message[FLAGS2]! & RCODE_BITS;
}

export function isResponse(message: Uint8Array): boolean {
  return (message[FLAGS]! & QR) !== 0;
}

/** Whether a bit of the third octet (AA, TC, RD) is set. */
export function hasFlag(message: Uint8Array, bit: number): boolean {
  return (message[FLAGS]! & bit) !== 0;
}

/** Whether a bit of the fourth octet (RA, AD, CD) is set. */
export function hasFlag2(message: Uint8Array, bit: number): boolean {
  return (message[FLAGS2]! & bit) !== 0;
}

/**
 * Turns a query's header into the header of a response without records, in place.
 * ID, OPCODE and RD stay (RFC 1035), so does CD (RFC 4035 section 3.2.2).
 * `flags` and `flags2` add AA, TC and RA, AD.
 */
export function writeResponseHeader(
  message: Uint8Array,
  responseCode: number,
  flags: number,
  flags2: number,
): void {
  // CD is defined for queries alone (RFC 4035 section 3.1.6).
  const cd = opcode(message) === 0 ? message[FLAGS2]! & CD : 0;
  message[FLAGS] = QR | (message[FLAGS]! & (OPCODE_BITS | RD)) | flags;
  message[FLAGS2] = cd | flags2 | (responseCode & RCODE_BITS);
  message.fill(0, Count.QUESTION, HEADER_LENGTH);
}

export function setFlags(message: Uint8Array, flags: number, flags2: number): void {
  message[FLAGS] = flags;
  message[FLAGS2] = flags2;
}

export function flagsOf(message: Uint8Array): number {
  return message[FLAGS]!;
}

export function flags2Of(message: Uint8Array): number {
  return message[FLAGS2]!;
}

/** Whether a packet can be a query at all; anything else is dropped (RFC 8906 section 3). */
export function isQuery(message: Uint8Array, length: number): boolean {
  return length >= HEADER_LENGTH && !isResponse(message);
}
