/** `\DDD` and `\X` in zone text (RFC 1035 section 5.1). */

import { isDigit } from './number-text.ts';

const BACKSLASH = 0x5c;
const ZERO = 0x30;
const LONGEST_SHOWN = 60;

/** What an escape has to look like, for a message. */
export const ESCAPE_EXPECTED = 'a backslash before a character or before three digits up to 255';

/** The octet that the escape at `at` stands for; -1 when it is none. */
export function readEscape(text: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return -1;
  if (!isDigit(text[at + 1]!)) return text[at + 1]!;
  if (at + 3 >= end || !isDigit(text[at + 2]!) || !isDigit(text[at + 3]!)) return -1;
  const value = (text[at + 1]! - ZERO) * 100 + (text[at + 2]! - ZERO) * 10 + (text[at + 3]! - ZERO);
  return value <= 0xff ? value : -1;
}

/** Octets that the well-formed escape at `at` takes: those of `\DDD` or of `\X`. */
export function escapeLength(text: Uint8Array, at: number): number {
  return isDigit(text[at + 1]!) ? 4 : 2;
}

/** The octets that a text stands for; undefined when it has an escape that is none. */
export function resolveEscapes(text: Uint8Array): Uint8Array | undefined {
  if (!text.includes(BACKSLASH)) return text;
  const octets: number[] = [];
  for (let at = 0; at < text.length; ) {
    if (text[at] !== BACKSLASH) {
      octets.push(text[at++]!);
      continue;
    }
    const octet = readEscape(text, at, text.length);
    if (octet < 0) return undefined;
    octets.push(octet);
    at += escapeLength(text, at);
  }
  return Uint8Array.from(octets);
}

/** Octets for a message: printable ones as they are, the others as `\DDD`, cut when long. */
export function formatOctets(octets: Uint8Array): string {
  const end = Math.min(octets.length, LONGEST_SHOWN);
  let shown = '';
  for (let i = 0; i < end; i++) shown += SHOWN[octets[i]!];
  return end < octets.length ? `${shown}…` : shown;
}

const SHOWN: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet >= 0x20 && octet < 0x7f
    ? String.fromCharCode(octet)
    : `\\${String(octet).padStart(3, '0')}`,
);
