/**
 * Finds the fields of a decision record in its octets, without a value for each. It takes lines as
 * servers write them; whatever is unusual in one (an escape, white space, a key that comes twice,
 * something that JSON does not allow) it leaves to the parser.
 */

import { RECORD_TEXTS, RECORDED_EVENTS } from '../../observe/decision-filter.ts';
import { OctetWords } from './octet-words.ts';
import { millisecondsOf } from './record-time.ts';

const TEXTS = ['time', 'event', ...RECORD_TEXTS] as const;
const OBJECTS = ['rule', 'upstream', 'would', 'attempts'] as const;
const PARTS = [
  ...(['rule.id', 'rule.file', 'rule.line', 'rule.implicit', 'would.action'] as const),
  ...(['upstream.address', 'upstream.verdict', 'upstream.scope', 'upstream.confidence'] as const),
] as const;

/** Fields of records, and of what is in them. */
export type ScannedField =
  | (typeof TEXTS)[number]
  | (typeof OBJECTS)[number]
  | 'count'
  | (typeof PARTS)[number];

/** Fields whose place in the line is known after `scan`; of an object where it begins. */
export const SCANNED: readonly ScannedField[] = [...TEXTS, ...OBJECTS, 'count', ...PARTS];

const FIRST_OBJECT = TEXTS.length;
const COUNT = FIRST_OBJECT + OBJECTS.length;
const FIRST_PART = COUNT + 1;
const [LINE, IMPLICIT] = [SCANNED.indexOf('rule.line'), SCANNED.indexOf('rule.implicit')];
const [TIME, EVENT, OF] = [0, 1, SCANNED.indexOf('of')];

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const [ZERO, NINE] = [0x30, 0x39];
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];
const LITERALS = ['true', 'false', 'null'].map((word) => Buffer.from(word));
/** Objects in one another, or lists. */
const MAX_DEPTH = 8;

/** What ends a run of plain characters in a text: a quote, a backslash, a control, or UTF-8. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, octet) =>
  Number(octet >= 0x20 && octet < 0x80 && octet !== QUOTE && octet !== 0x5c),
);

const WORDS = new OctetWords(SCANNED.slice(0, FIRST_PART));
const EVENTS = new OctetWords(RECORDED_EVENTS);
/** Which fields the keys are in each of these objects; attempts are a list. */
const NESTED = OBJECTS.slice(0, -1).map((prefix) => {
  const names = PARTS.filter((name) => name.startsWith(`${prefix}.`));
  return {
    words: new OctetWords(names.map((name) => name.slice(prefix.length + 1))),
    fields: names.map((name) => SCANNED.indexOf(name)),
  };
});
const ATTEMPT = new OctetWords(['address']);

/** Not to be had by scanning. */
const NOT = -1;
/** Keys of an object that are remembered, and octets of one with its quotes and colon. */
const KEYS = 32;
const KEY_OCTETS = 32;

/** The places of one record's fields; used again for each line. */
export class RecordScan {
  octets: Buffer = Buffer.alloc(0);
  /** Where each field begins, by its index in `SCANNED`, without quotes; -1 when it is absent. */
  readonly starts: Int32Array = new Int32Array(SCANNED.length);
  readonly ends: Int32Array = new Int32Array(SCANNED.length);
  /** When it was written, in milliseconds since the epoch. */
  time = 0;
  /** The index of its event in `RECORDED_EVENTS`. */
  event = 0;

  /** The keys of the record before, object by object: mostly they come again. */
  readonly #keys: Uint8Array = new Uint8Array((1 + NESTED.length) * KEYS * KEY_OCTETS);
  readonly #keyLengths: Int32Array = new Int32Array((1 + NESTED.length) * KEYS);
  readonly #keyFields: Int32Array = new Int32Array((1 + NESTED.length) * KEYS);
  /** Where the value of the key begins that was read last. */
  #valueAt = 0;

  /** True when the line that stands from `start` to `end` is a record, and all of it is known. */
  scan(octets: Buffer, start: number, end: number): boolean {
    this.octets = octets;
    this.starts.fill(NOT);
    if (octets[start] !== OPEN || this.#record(start + 1) !== end) return false;
    const { starts, ends } = this;
    if (starts[TIME]! < 0 || starts[EVENT]! < 0) return false;
    this.time = millisecondsOf(octets, starts[TIME]!, ends[TIME]!);
    this.event = EVENTS.find(octets, starts[EVENT]!, ends[EVENT]!);
    return Number.isFinite(this.time) && this.event >= 0;
  }

  /** Whether a field is there. */
  has(field: number): boolean {
    return this.starts[field]! >= 0;
  }

  #record(start: number): number {
    const { octets } = this;
    for (let at = start, nth = 0; ; at++, nth++) {
      const field = this.#key(at, nth, WORDS);
      if (field < NOT) return NOT;
      at = field < 0 ? this.#skip(this.#valueAt, 0) : this.#known(field, this.#valueAt);
      if (at < 0) return NOT;
      if (octets[at] === CLOSE) return at + 1;
      if (octets[at] !== COMMA) return NOT;
    }
  }

  /**
   * Which of the words the key is that begins at `at`: -1 for another one, less when it is none.
   * `nth` is its number in its object, behind those of other objects.
   */
  #key(at: number, nth: number, words: OctetWords): number {
    const { octets } = this;
    const [keys, length, known] = [this.#keys, this.#keyLengths[nth]!, nth * KEY_OCTETS];
    let i = 0;
    while (i < length && keys[known + i] === octets[at + i]) i++;
    this.#valueAt = at + i;
    if (i > 0 && i === length) return this.#keyFields[nth]!;
    const end = octets[at] === QUOTE ? this.#plainEnd(at + 1) : NOT;
    if (end < 0 || octets[end + 1] !== COLON) return NOT - 1;
    this.#valueAt = end + 2;
    const field = words.find(octets, at + 1, end);
    if (nth % KEYS < KEYS - 1 && end + 2 - at <= KEY_OCTETS) {
      keys.set(octets.subarray(at, end + 2), known);
      this.#keyLengths[nth] = end + 2 - at;
      this.#keyFields[nth] = field;
    }
    return field;
  }

  /** Behind the value of a field; it must be of the kind that records have. */
  #known(field: number, at: number): number {
    // A record that stands for several is rare.
    if (this.starts[field]! >= 0 || field === COUNT || field === OF) return NOT;
    this.starts[field] = at;
    if (field < FIRST_OBJECT) return this.#text(field, at);
    const object = field - FIRST_OBJECT;
    const end = object < NESTED.length ? this.#object(object, at) : this.#attempts(at);
    this.ends[field] = end;
    return end;
  }

  #text(field: number, at: number): number {
    if (this.octets[at] !== QUOTE) return NOT;
    const end = this.#plainEnd(at + 1);
    this.starts[field] = at + 1;
    this.ends[field] = end;
    return end + 1 || NOT;
  }

  #object(object: number, start: number): number {
    const { octets } = this;
    const { words, fields } = NESTED[object]!;
    if (octets[start] !== OPEN) return NOT;
    if (octets[start + 1] === CLOSE) return start + 2;
    for (let at = start + 1, nth = (object + 1) * KEYS; ; at++, nth++) {
      const index = this.#key(at, nth, words);
      if (index < NOT) return NOT;
      at = index < 0 ? this.#skip(this.#valueAt, 1) : this.#part(fields[index]!, this.#valueAt);
      if (at < 0) return NOT;
      if (octets[at] === CLOSE) return at + 1;
      if (octets[at] !== COMMA) return NOT;
    }
  }

  #part(field: number, at: number): number {
    if (this.starts[field]! >= 0) return NOT;
    if (field !== LINE && field !== IMPLICIT) return this.#text(field, at);
    this.starts[field] = at;
    const end = field === LINE ? this.#number(at) : this.#literal(at);
    this.ends[field] = end;
    return end;
  }

  /** Servers that were asked: a list of objects whose address, when there is one, is a text. */
  #attempts(start: number): number {
    const { octets } = this;
    if (octets[start] !== OPEN_LIST) return NOT;
    for (let at = start + 1; ; at++) {
      if (octets[at] !== OPEN) return NOT;
      const end = this.#attempt(at + 1);
      if (end < 0) return NOT;
      at = end;
      if (octets[at] === CLOSE_LIST) return at + 1;
      if (octets[at] !== COMMA) return NOT;
    }
  }

  #attempt(start: number): number {
    const { octets } = this;
    for (let at = start; ; at++) {
      const key = at + 1;
      const keyEnd = octets[at] === QUOTE ? this.#plainEnd(key) : NOT;
      if (keyEnd < 0 || octets[keyEnd + 1] !== COLON) return NOT;
      const isAddress = ATTEMPT.find(octets, key, keyEnd) === 0;
      if (isAddress && octets[keyEnd + 2] !== QUOTE) return NOT;
      at = this.#skip(keyEnd + 2, 2);
      if (at < 0) return NOT;
      if (octets[at] === CLOSE) return at + 1;
      if (octets[at] !== COMMA) return NOT;
    }
  }

  /** Where a text ends that begins at `at`: at its quote. */
  #plainEnd(at: number): number {
    const { octets } = this;
    let end = at;
    while (IS_PLAIN[octets[end]!] === 1) end++;
    return octets[end] === QUOTE ? end : NOT;
  }

  /** Behind any value. */
  #skip(at: number, depth: number): number {
    const { octets } = this;
    const first = octets[at]!;
    if (first === QUOTE) return this.#plainEnd(at + 1) + 1 || NOT;
    if ((first >= ZERO && first <= NINE) || first === MINUS) return this.#number(at);
    if (first !== OPEN && first !== OPEN_LIST) return this.#literal(at);
    if (depth >= MAX_DEPTH) return NOT;
    return first === OPEN ? this.#anyObject(at, depth + 1) : this.#list(at, depth + 1);
  }

  #number(start: number): number {
    const { octets } = this;
    let at = octets[start] === MINUS ? start + 1 : start;
    const isZero = octets[at] === ZERO;
    const digits = at;
    while (octets[at]! >= ZERO && octets[at]! <= NINE) at++;
    if (at === digits || (isZero && at > digits + 1)) return NOT;
    if (octets[at] !== DOT) return at;
    const fraction = ++at;
    while (octets[at]! >= ZERO && octets[at]! <= NINE) at++;
    // An exponent is rare: what comes next is neither a comma nor the end then.
    return at === fraction ? NOT : at;
  }

  #literal(at: number): number {
    for (const word of LITERALS) {
      let i = 0;
      while (i < word.length && this.octets[at + i] === word[i]) i++;
      if (i === word.length) return at + i;
    }
    return NOT;
  }

  #anyObject(start: number, depth: number): number {
    const { octets } = this;
    if (octets[start + 1] === CLOSE) return start + 2;
    for (let at = start + 1; ; at++) {
      const keyEnd = octets[at] === QUOTE ? this.#plainEnd(at + 1) : NOT;
      if (keyEnd < 0 || octets[keyEnd + 1] !== COLON) return NOT;
      at = this.#skip(keyEnd + 2, depth);
      if (at < 0) return NOT;
      if (octets[at] === CLOSE) return at + 1;
      if (octets[at] !== COMMA) return NOT;
    }
  }

  #list(start: number, depth: number): number {
    const { octets } = this;
    if (octets[start + 1] === CLOSE_LIST) return start + 2;
    for (let at = start + 1; ; at++) {
      at = this.#skip(at, depth);
      if (at < 0) return NOT;
      if (octets[at] === CLOSE_LIST) return at + 1;
      if (octets[at] !== COMMA) return NOT;
    }
  }
}
