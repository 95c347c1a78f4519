/**
 * The lexical part of a zone file (RFC 1035 section 5.1): which octets belong to which field
 * of which entry. Blanks, comments, parentheses and quotation marks end here; escapes do not.
 */

import { formatOctets } from './escape.ts';

/** One field of an entry. */
export interface RdataToken {
  /** As written, with its escapes and without its quotation marks. */
  readonly octets: Uint8Array;
  readonly quoted: boolean;
}

/** An RDATA of 65535 empty strings, with an owner, TTL, class and type before it. */
const MAX_FIELDS = 0xffff + 4;
const FIRST_FIELDS = 16;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** What an octet is to the scanner. */
const Kind = {
  PLAIN: 0,
  ESCAPE: 1,
  BLANK: 2,
  NEWLINE: 3,
  COMMENT: 4,
  QUOTE: 5,
  OPEN: 6,
  CLOSE: 7,
} as const;

const KINDS: Uint8Array = new Uint8Array(256);
KINDS[0x5c] = Kind.ESCAPE;
KINDS[0x20] = KINDS[0x09] = KINDS[CARRIAGE_RETURN] = Kind.BLANK;
KINDS[LINE_FEED] = Kind.NEWLINE;
KINDS[0x3b] = Kind.COMMENT;
KINDS[QUOTE] = Kind.QUOTE;
KINDS[0x28] = Kind.OPEN;
KINDS[0x29] = Kind.CLOSE;

/**
 * One entry at a time: a record or a directive, over as many lines as its parentheses hold.
 * The fields are offsets, so that an entry allocates nothing; they are reused by the next one.
 */
export class ZoneScanner {
  readonly octets: Uint8Array;
  /** The line on which the entry starts; counts from 1. */
  line = 0;
  /** Number of fields. */
  count = 0;
  /** Where each field starts; a quoted one with its quotation mark. */
  at: Int32Array = new Int32Array(FIRST_FIELDS);
  /** The offset behind each field; a quoted one has its closing quotation mark before it. */
  end: Int32Array = new Int32Array(FIRST_FIELDS);
  /** A blank stands where the owner would. */
  startsBlank = false;
  /** The first thing wrong with the entry, and where; empty when it is well formed. */
  fault = '';
  faultAt = 0;

  #next = 0;
  #nextLine = 1;
  #entryAt = 0;
  #depth = 0;
  #openAt = 0;

  constructor(octets: Uint8Array) {
    this.octets = octets;
    if (BYTE_ORDER_MARK.every((octet, i) => octets[i] === octet)) this.#next = 3;
  }

  /** Goes to the next entry that has fields or a fault; false behind the last one. */
  next(): boolean {
    while (this.#next < this.octets.length) {
      this.line = this.#nextLine;
      this.count = 0;
      this.fault = '';
      this.#entryAt = this.#next;
      this.#depth = 0;
      this.startsBlank = KINDS[this.octets[this.#next]!] === Kind.BLANK;
      this.#scan();
      if (this.count > 0 || this.fault !== '') return true;
    }
    return false;
  }

  #scan(): void {
    const octets = this.octets;
    let at = this.#next;
    while (at < octets.length) {
      const kind = KINDS[octets[at]!];
      if (kind === Kind.PLAIN) {
        at = this.#readField(at);
      } else if (kind === Kind.BLANK) {
        at++;
      } else if (kind === Kind.NEWLINE) {
        at++;
        this.#nextLine++;
        if (this.#depth === 0) break;
      } else {
        at = this.#readSpecial(kind!, at);
      }
    }
    this.#next = at;
    if (this.#depth > 0) this.#fail(this.#openAt, '"(" is not closed; expect a ")" behind it');
  }

  #readSpecial(kind: number, at: number): number {
    switch (kind) {
      case Kind.COMMENT:
        return this.#endOfLine(at);
      case Kind.QUOTE:
        return this.#readQuoted(at);
      case Kind.OPEN:
        if (this.#depth++ === 0) this.#openAt = at;
        return at + 1;
      case Kind.CLOSE:
        if (this.#depth === 0) this.#fail(at, '")" closes nothing; expect a "(" before it');
        else this.#depth--;
        return at + 1;
      default:
        return this.#readField(at);
    }
  }

  #readField(at: number): number {
    const octets = this.octets;
    let next = at;
    for (; next < octets.length; next++) {
      const kind = KINDS[octets[next]!];
      if (kind === Kind.ESCAPE) next += this.#escapes(next);
      else if (kind !== Kind.PLAIN) break;
    }
    this.#add(at, next);
    return next;
  }

  #readQuoted(at: number): number {
    const octets = this.octets;
    let next = at + 1;
    for (; next < octets.length && octets[next] !== LINE_FEED; next++) {
      const kind = KINDS[octets[next]!];
      if (kind === Kind.ESCAPE) {
        next += this.#escapes(next);
      } else if (kind === Kind.QUOTE) {
        this.#add(at, next + 1);
        return next + 1;
      }
    }
    this.#fail(at, 'a quoted string without an end; expect a closing " on the same line');
    return next;
  }

  /** How many octets the backslash at `at` takes out of their meaning: one, but no line end. */
  #escapes(at: number): number {
    const escaped = this.octets[at + 1] ?? LINE_FEED;
    return escaped === LINE_FEED || escaped === CARRIAGE_RETURN ? 0 : 1;
  }

  #endOfLine(at: number): number {
    const end = this.octets.indexOf(LINE_FEED, at);
    return end < 0 ? this.octets.length : end;
  }

  #add(at: number, end: number): void {
    if (this.count === MAX_FIELDS) {
      this.#fail(at, `a record of too many fields; expect ${MAX_FIELDS} at most`);
      return;
    }
    if (this.count === this.at.length) {
      this.at = doubled(this.at);
      this.end = doubled(this.end);
    }
    this.at[this.count] = at;
    this.end[this.count++] = end;
  }

  #fail(at: number, fault: string): void {
    if (this.fault !== '') return;
    this.fault = fault;
    this.faultAt = at;
  }

  isQuoted(field: number): boolean {
    return this.octets[this.at[field]!] === QUOTE;
  }

  /** Where a field's text starts, behind its quotation mark if it has one. */
  textAt(field: number): number {
    return this.at[field]! + (this.isQuoted(field) ? 1 : 0);
  }

  /** The offset behind a field's text. */
  textEnd(field: number): number {
    return this.end[field]! - (this.isQuoted(field) ? 1 : 0);
  }

  /** The fields from `field` on, as views of the file's octets. */
  tokens(field: number): RdataToken[] {
    const tokens: RdataToken[] = [];
    for (let i = field; i < this.count; i++) {
      const octets = this.octets.subarray(this.textAt(i), this.textEnd(i));
      tokens.push({ octets, quoted: this.isQuoted(i) });
    }
    return tokens;
  }

  /** A field for a message: as written, cut when it is long. */
  format(field: number): string {
    return formatOctets(this.octets.subarray(this.at[field]!, this.end[field]!));
  }

  /** Line and column of an offset in the entry. A column is a character, not an octet. */
  placeOf(offset: number): { line: number; column: number } {
    let line = this.line;
    let column = 1;
    for (let at = this.#entryAt; at < offset; at++) {
      const octet = this.octets[at]!;
      if (octet === LINE_FEED) {
        line++;
        column = 1;
      } else if ((octet & 0xc0) !== 0x80) {
        column++;
      }
    }
    return { line, column };
  }
}

function doubled(offsets: Int32Array): Int32Array {
  const larger = new Int32Array(offsets.length * 2);
  larger.set(offsets);
  return larger;
}
