/**
 * $GENERATE, as BIND has it: `$GENERATE 1-254 host-$ 300 IN A 192.0.2.$` stands for as many
 * records as its range has numbers.
 */

import { RecordHead } from './record-head.ts';
import type { ZoneScanner } from './zone-scanner.ts';

/** What is wrong with a directive, and in which field. */
export interface GenerateProblem {
  readonly field: number;
  readonly message: string;
}

/** The number that stands in place of a `$`. */
interface PendingQuery {
  readonly offset: number;
  /** Digits at least. */
  readonly width: number;
  readonly base: string;
}

type Part = string | PendingQuery;

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

const MAX_NUMBER = 0x7fffffff;
const MAX_WIDTH = 255;

const RANGE = /^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/;
/** What is not copied as it stands: escapes are, with the octet behind them. */
const TOKENS = /\\.|\$\$|\$\{[^}]*\}?|\$|[^\\$]+|\\$/gs;
const BRACES = /^\$\{([+-]?\d{1,10})(?:,(\d{1,3})(?:,([doxXnN]))?)?\}$/;

const RANGE_EXPECTED = 'a range like 1-100 or 0-510/2';
const SLOT_FORM = '{offset,width,base}';
const SLOT_EXPECTED = `\\$, $ or $${SLOT_FORM}, a width up to 255 and a base of d, o, x, X, n or N`;

/** Field of the range; the owner is behind it, then the usual head of a record. */
const RANGE_FIELD = 1;
const OWNER_FIELD = 2;
const HEAD_FIELD = 3;

const head = new RecordHead();

/** The records of one directive, made one at a time. */
export class Generator {
  readonly #parts: readonly Part[];
  readonly #step: number;
  #to: number;
  #next: number;

  constructor({ from, to, step }: Range, parts: readonly Part[]) {
    this.#next = from;
    this.#to = to;
    this.#step = step;
    this.#parts = parts;
  }

  /** How many records are left. */
  get count(): number {
    return Math.floor((this.#to - this.#next) / this.#step) + 1;
  }

  /** The text of the next record; undefined behind the last one. */
  next(): Uint8Array | undefined {
    const number = this.#next;
    if (number > this.#to) return undefined;
    this.#next += this.#step;
    let text = '';
    for (const part of this.#parts) {
      text += typeof part === 'string' ? part : formatSlot(number + part.offset, part);
    }
    return Buffer.from(text, 'latin1');
  }

  /** Leaves out what is left. */
  stop(): void {
    this.#to = -1;
  }
}

/** Reads the directive that the scanner is at: it may give `limit` records. */
export function parseGenerate(scanner: ZoneScanner, limit: number): Generator | GenerateProblem {
  if (scanner.count <= HEAD_FIELD) return missing(scanner, '$GENERATE range owner type data');
  const range = parseRange(scanner);
  if (range === undefined) {
    const text = scanner.format(RANGE_FIELD);
    return { field: RANGE_FIELD, message: `"${text}" is not a range; expect ${RANGE_EXPECTED}` };
  }
  if (!head.read(scanner, HEAD_FIELD)) return { field: head.field, message: head.fault };
  if (head.field === scanner.count) return missing(scanner, 'the data of the records');
  if (head.field < scanner.count - 1) {
    const message = 'more than one field of data; expect quotation marks around all of it';
    return { field: head.field + 1, message };
  }
  const parts: Part[] = [];
  const wrong = readParts(scanner, head.field, parts);
  if (wrong !== undefined) return wrong;
  const generator = new Generator(range, parts);
  if (generator.count <= limit) return generator;
  const message = `${generator.count} records; expect at most ${limit}, for the whole zone`;
  return { field: RANGE_FIELD, message };
}

function missing({ count }: ZoneScanner, expected: string): GenerateProblem {
  return { field: count, message: `$GENERATE without all its fields; expect ${expected}` };
}

function parseRange(scanner: ZoneScanner): Range | undefined {
  const found = RANGE.exec(rawText(scanner, RANGE_FIELD));
  if (found === null) return undefined;
  const from = Number(found[1]);
  const to = Number(found[2]);
  const step = Number(found[3] ?? 1);
  return from <= to && to <= MAX_NUMBER && step > 0 ? { from, to, step } : undefined;
}

/** Owner, TTL, class and type as they stand, and the data without its quotation marks. */
function readParts(scanner: ZoneScanner, last: number, parts: Part[]): GenerateProblem | undefined {
  for (let field = OWNER_FIELD; field <= last; field++) {
    const isTemplate = field === OWNER_FIELD || field === last;
    const text = rawText(scanner, field);
    if (!isTemplate) parts.push(text);
    else if (!readTemplate(text, parts)) {
      const message = `"${scanner.format(field)}" has a $ that is none; expect ${SLOT_EXPECTED}`;
      return { field, message };
    }
    if (field < last) parts.push(' ');
  }
  return undefined;
}

function readTemplate(text: string, parts: Part[]): boolean {
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '$') {
      parts.push({ offset: 0, width: 0, base: 'd' });
    } else if (token === '$$') {
      // What BIND had before \$. An escape is right wherever the octet itself is.
      parts.push('\\$');
    } else if (token.startsWith('${')) {
      const slot = parseSlot(token);
      if (slot === undefined) return false;
      parts.push(slot);
    } else {
      parts.push(token);
    }
  }
  return true;
}

function parseSlot(token: string): PendingQuery | undefined {
  const found = BRACES.exec(token);
  if (found === null) return undefined;
  const [, offset, width = '0', base = 'd'] = found;
  const slot = { offset: Number(offset), width: Number(width), base };
  return Math.abs(slot.offset) <= MAX_NUMBER && slot.width <= MAX_WIDTH ? slot : undefined;
}

function formatSlot(number: number, { width, base }: PendingQuery): string {
  switch (base) {
    case 'd':
      return number < 0 ? `-${padded(-number, 10, width - 1)}` : padded(number, 10, width);
    case 'o':
      return padded(number >>> 0, 8, width);
    case 'x':
      return padded(number >>> 0, 16, width);
    case 'X':
      return padded(number >>> 0, 16, width).toUpperCase();
    case 'n':
      return nibbles(number, width);
    default:
      return nibbles(number, width).toUpperCase();
  }
}

function padded(number: number, radix: number, width: number): string {
  return number.toString(radix).padStart(width, '0');
}

/** Hexadecimal digits as labels, the last digit first: `width` counts the dots too. */
function nibbles(number: number, width: number): string {
  const digits = Math.ceil(width / 2);
  const text = [...(number >>> 0).toString(16).padStart(digits, '0')].reverse().join('.');
  // BIND fills an even width with a dot at the end.
  return text.length < width ? `${text}.` : text;
}

/** A field, an octet a character. Of a quoted one the quotation marks within are bare. */
function rawText(scanner: ZoneScanner, field: number): string {
  const octets = scanner.octets.subarray(scanner.textAt(field), scanner.textEnd(field));
  const text = Buffer.from(octets).toString('latin1');
  return scanner.isQuoted(field) ? text.replace(/\\./gs, bareQuote) : text;
}

function bareQuote(escaped: string): string {
  return escaped === '\\"' ? '"' : escaped;
}
