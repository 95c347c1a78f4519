/**
 * Domain names: wire format (RFC 1035 section 3.1), compression (4.1.4) and
 * presentation format with its escapes (RFC 1035 section 5.1, RFC 4343 section 2.1).
 */

import { readUint16 } from './header.ts';

/** Octets of the longest name, its root label included. */
export const MAX_NAME = 255;
export const MAX_LABEL = 63;
/** A name of 255 octets has at most 127 labels and the root. */
export const MAX_LABELS = 128;

/** The farthest that a compression pointer leads. */
export const MAX_POINTER = 0x3fff;
/** The first octet of a pointer is not below this. */
export const POINTER = 0xc0;

/**
 * The offset behind the name at `at`; -1 when the name runs over `end`, over 255 octets,
 * or has a label type that is neither a length nor a pointer. A pointer is not followed.
 */
export function skipName(message: Uint8Array, at: number, end: number): number {
  const limit = at + MAX_NAME;
  let next = at;
  while (next < end && next < limit) {
    const length = message[next]!;
    if (length === 0) return next + 1;
    if (length >= POINTER) return next + 2 <= end ? next + 2 : -1;
    if (length > MAX_LABEL) return -1;
    next += length + 1;
  }
  return -1;
}

/**
 * Copies the name at `at` without compression and returns its length; -1 when it is malformed.
 * Each pointer must lead to an earlier place than the one before, so that no chain can loop.
 * `out` holds at least 255 octets.
 */
export function expandName(message: Uint8Array, at: number, end: number, out: Uint8Array): number {
  let next = at;
  let before = at;
  let written = 0;
  while (next < end) {
    const length = message[next]!;
    if (length >= POINTER) {
      next = next + 2 <= end ? readUint16(message, next) & MAX_POINTER : end;
      if (next >= before) return -1;
      before = next;
      continue;
    }
    const behind = next + length + 1;
    if (length > MAX_LABEL || behind > end || written + length + 1 > MAX_NAME) return -1;
    copyLabel(message, next, out, written);
    written += length + 1;
    if (length === 0) return written;
    next = behind;
  }
  return -1;
}

/** Octet by octet: labels are short, and a view of each to copy by would cost more. */
function copyLabel(message: Uint8Array, at: number, out: Uint8Array, outAt: number): void {
  const behind = message[at]! + 1;
  for (let i = 0; i < behind; i++) out[outAt + i] = message[at + i]!;
}

/** Octets of the uncompressed, well-formed name at `at`. */
export function nameLength(wire: Uint8Array, at = 0): number {
  let next = at;
  while (wire[next] !== 0) next += wire[next]! + 1;
  return next + 1 - at;
}

/** The name without its first label; undefined of the root. */
export function parentName(wire: Uint8Array): Uint8Array | undefined {
  return wire[0] === 0 ? undefined : wire.subarray(wire[0]! + 1);
}

/** ASCII letters to lower case (RFC 4343 section 3): the lower-case octet of each octet. */
export const LOWER: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet,
);

/** A lower-case copy of an uncompressed name. Length octets are below 64, so none is a letter. */
export function lowerName(wire: Uint8Array): Uint8Array {
  return wire.map((octet) => LOWER[octet]!);
}

/** How each octet of a label is written: itself, `\.`-style, or `\DDD`. */
export const ESCAPED: readonly string[] = Array.from({ length: 256 }, (_, octet) => {
  const character = String.fromCharCode(octet);
  if ('."\\();@$'.includes(character)) return `\\${character}`;
  return octet > 0x20 && octet < 0x7f ? character : `\\${String(octet).padStart(3, '0')}`;
});

/** The presentation format of an uncompressed, well-formed name, always with its final dot. */
export function formatName(wire: Uint8Array, at = 0): string {
  if (wire[at] === 0) return '.';
  let text = '';
  for (let next = at; wire[next] !== 0; ) {
    const end = next + wire[next]! + 1;
    for (let i = next + 1; i < end; i++) text += ESCAPED[wire[i]!];
    text += '.';
    next = end;
  }
  return text;
}

/**
 * The wire format of a name in presentation format, case kept, taken as absolute whether or
 * not it ends in a dot; a text that describes what is wrong when it is no name.
 */
export function parseName(text: string): Uint8Array | string {
  if (text === '') return 'no labels';
  if (text === '.') return new Uint8Array(1);
  const wire: number[] = [0];
  let label = 0;
  for (let i = 0; i < text.length; ) {
    const { octet, next } = readCharacter(text, i);
    if (octet === undefined) return notAnOctet(text, i, next);
    if (octet !== DOT) {
      wire.push(octet);
      wire[label]! += 1;
    } else if (wire[label] === 0) {
      return 'an empty label';
    } else {
      label = wire.push(0) - 1;
    }
    if (wire[label]! > MAX_LABEL) return `a label of more than ${MAX_LABEL} octets`;
    i = next;
  }
  if (wire[label] !== 0) wire.push(0);
  if (wire.length > MAX_NAME) return `a name of more than ${MAX_NAME} octets`;
  return Uint8Array.from(wire);
}

function notAnOctet(text: string, at: number, next: number): string {
  if (text[at] === '\\') return `"${text.slice(at, next)}", which is not an octet of a name`;
  const character = String.fromCodePoint(text.codePointAt(at)!);
  return `"${character}", which is not ASCII (an internationalized label is written as xn--…)`;
}

const DOT = -1;

/** One octet of a name and where the next begins; an unescaped dot is DOT. */
function readCharacter(text: string, at: number): { octet: number | undefined; next: number } {
  const code = text.charCodeAt(at);
  if (code === 0x2e) return { octet: DOT, next: at + 1 };
  if (code !== 0x5c) return { octet: code < 0x80 ? code : undefined, next: at + 1 };
  const digits = /^\d{3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (digits !== undefined) {
    const value = Number(digits);
    return { octet: value <= 0xff ? value : undefined, next: at + 4 };
  }
  const escaped = text.charCodeAt(at + 1);
  // The end of the text reads as NaN.
  const plain = escaped < 0x80 && !(escaped >= 0x30 && escaped <= 0x39);
  return { octet: plain ? escaped : undefined, next: at + 2 };
}
