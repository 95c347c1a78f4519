/** Domain names in zone text: octets to wire format, relative to an origin. */

import { LOWER, MAX_LABEL, MAX_NAME } from '../../wire/name.ts';
import { ESCAPE_EXPECTED, escapeLength, readEscape } from './escape.ts';

/** For names whose case is kept: each octet is itself. */
export const AS_WRITTEN: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) => octet);

const AT = 0x40;
const DOT = 0x2e;
const BACKSLASH = 0x5c;
const NOT_ASCII = 0x80;

/** What was expected of a text that is no name. */
const Expected = {
  A_NAME: 'a name',
  LABELS: 'a label before each dot',
  SHORT_LABELS: `labels of at most ${MAX_LABEL} octets`,
  SHORT_NAME: `a name of at most ${MAX_NAME} octets with its origin`,
  ESCAPES: ESCAPE_EXPECTED,
  ASCII: 'ASCII, an internationalised name in its xn-- form',
} as const;

/**
 * One name at a time, absolute and in wire format. An instance's octets are reused: nothing
 * may keep them.
 */
export class NameText {
  readonly octets: Uint8Array = new Uint8Array(MAX_NAME);
  /** Octets of the name, the root label included; 0 when the text was no name. */
  length = 0;
  /** The text ended in a dot: the origin is no part of the name. */
  isAbsolute = false;
  /** What was expected of a text that is no name. */
  expected: string = Expected.A_NAME;

  readonly #letters: Uint8Array;

  /** `letters` is what becomes of each octet of a label: LOWER or AS_WRITTEN. */
  constructor(letters: Uint8Array = LOWER) {
    this.#letters = letters;
  }

  /** Reads the text from `at` to `end`; false when it is no name. */
  read(text: Uint8Array, at: number, end: number, origin: Uint8Array): boolean {
    this.length = 0;
    this.isAbsolute = false;
    if (at === end) return this.#fail(Expected.A_NAME);
    if (end - at === 1 && text[at] === AT) return this.#append(0, origin);
    if (end - at > 1 || text[at] !== DOT) return this.#readLabels(text, at, end, origin);
    this.isAbsolute = true;
    return this.#append(0, ROOT);
  }

  /** Takes over a name that already is in wire format. */
  set(wire: Uint8Array): void {
    this.#append(0, wire);
  }

  #readLabels(text: Uint8Array, at: number, end: number, origin: Uint8Array): boolean {
    const out = this.octets;
    const letters = this.#letters;
    let label = 0;
    let next = 1;
    for (let i = at; i < end; i++) {
      if (text[i] === DOT) {
        if (!this.#endLabel(label, next)) return false;
        label = next++;
        continue;
      }
      const octet = readOctet(text, i, end);
      if (octet < 0) return this.#fail(text[i] === BACKSLASH ? Expected.ESCAPES : Expected.ASCII);
      if (next >= MAX_NAME) return this.#fail(Expected.SHORT_NAME);
      out[next++] = letters[octet]!;
      if (text[i] === BACKSLASH) i += escapeLength(text, i) - 1;
    }
    return this.#end(label, next, origin);
  }

  #end(label: number, next: number, origin: Uint8Array): boolean {
    this.isAbsolute = next === label + 1;
    if (this.isAbsolute) return this.#append(label, ROOT);
    return this.#endLabel(label, next) && this.#append(next, origin);
  }

  #endLabel(label: number, next: number): boolean {
    const length = next - label - 1;
    if (length === 0) return this.#fail(Expected.LABELS);
    if (length > MAX_LABEL) return this.#fail(Expected.SHORT_LABELS);
    this.octets[label] = length;
    return true;
  }

  #append(at: number, origin: Uint8Array): boolean {
    if (at + origin.length > MAX_NAME) return this.#fail(Expected.SHORT_NAME);
    // Length octets are below 64, so none of them is a letter.
    for (let i = 0; i < origin.length; i++) this.octets[at + i] = this.#letters[origin[i]!]!;
    this.length = at + origin.length;
    return true;
  }

  #fail(expected: string): false {
    this.expected = expected;
    return false;
  }
}

/** The octet at `at`, or that its escape stands for; -1 when it is none of a name. */
function readOctet(text: Uint8Array, at: number, end: number): number {
  const octet = text[at]!;
  if (octet === BACKSLASH) return readEscape(text, at, end);
  return octet < NOT_ASCII ? octet : -1;
}

/** The root: its empty label. */
export const ROOT: Uint8Array = new Uint8Array(1);
