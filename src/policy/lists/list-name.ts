/** Names in lists: those of hosts and domains, in letters, digits, hyphens and underscores. */

import { MAX_LABEL, MAX_NAME } from '../../wire/name.ts';

/** Why a text is no name that a list can have. */
export const NotAName = {
  MALFORMED: 'not a name',
  NOT_ASCII: 'not ASCII: expect the xn-- form of an internationalised name',
  ADDRESS: 'an address in place of a name',
  EVERYTHING: 'all names there are',
} as const;

const DOT = 0x2e;
const ASTERISK = 0x2a;
const NOT_ASCII = 0x80;
const ZERO = 0x30;
const NINE = 0x39;

/** The lower-case octet of each octet that a name may have; 0 for the others. */
const LETTERS: Uint8Array = new Uint8Array(256);
for (const letter of 'abcdefghijklmnopqrstuvwxyz0123456789-_') {
  LETTERS[letter.charCodeAt(0)] = letter.charCodeAt(0);
  LETTERS[letter.toUpperCase().charCodeAt(0)] = letter.charCodeAt(0);
}

/** One name at a time, in lower case and in wire format. Its octets are reused. */
export class ListName {
  readonly wire: Uint8Array = new Uint8Array(MAX_NAME);
  /** It was written `*.name`. */
  wildcard = false;
  /** Why it is no name. */
  fault = '';

  /** Reads the text from `at` to `end`, with a final dot or without; false when it is no name. */
  read(octets: Uint8Array, at: number, end: number): boolean {
    this.wildcard = octets[at] === ASTERISK && octets[at + 1] === DOT;
    const from = this.wildcard ? at + 2 : at;
    const to = octets[end - 1] === DOT ? end - 1 : end;
    if (from >= to) return this.#fail(NotAName.EVERYTHING);
    return this.#readLabels(octets, from, to);
  }

  #readLabels(octets: Uint8Array, from: number, to: number): boolean {
    const { wire } = this;
    let label = 0;
    let next = 1;
    // The root behind the last label has to fit too.
    if (to - from > MAX_NAME - 2) return this.#fail(NotAName.MALFORMED);
    for (let i = from; i < to; i++) {
      const octet = octets[i]!;
      if (octet === DOT) {
        if (!this.#endLabel(label, next)) return false;
        label = next++;
        continue;
      }
      const letter = LETTERS[octet]!;
      if (letter === 0) {
        return this.#fail(octet < NOT_ASCII ? NotAName.MALFORMED : NotAName.NOT_ASCII);
      }
      wire[next++] = letter;
    }
    if (!this.#endLabel(label, next)) return false;
    wire[next] = 0;
    // No top-level domain is a number (RFC 3696 section 2).
    return !isNumber(wire, label + 1, next) || this.#fail(NotAName.ADDRESS);
  }

  #endLabel(label: number, next: number): boolean {
    const length = next - label - 1;
    if (length === 0 || length > MAX_LABEL) return this.#fail(NotAName.MALFORMED);
    this.wire[label] = length;
    return true;
  }

  #fail(fault: string): false {
    this.fault = fault;
    return false;
  }
}

function isNumber(wire: Uint8Array, at: number, end: number): boolean {
  for (let i = at; i < end; i++) if (wire[i]! < ZERO || wire[i]! > NINE) return false;
  return true;
}
