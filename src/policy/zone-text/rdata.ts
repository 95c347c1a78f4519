/** RDATA in text, by the form of its type or as octets (RFC 3597), and records without owner. */

import { parseAddress } from '../../net/address.ts';
import { formatClass, formatType, RrClass } from '../../wire/registry.ts';
import { formatOctets } from './escape.ts';
import { ROOT } from './name-text.ts';
import { HEX, parseNumber, type Unexpected } from './rdata-field.ts';
import { FORMS, type Form } from './rdata-form.ts';
import { RecordHead } from './record-head.ts';
import { type RdataToken, ZoneScanner } from './zone-scanner.ts';

/** What is wrong with RDATA text: in which field, the first being 0, and what was expected. */
export interface RdataProblem {
  readonly field: number;
  readonly message: string;
}

/** A record without an owner. Its RDATA holds no compression pointer. */
export interface RecordText {
  readonly type: number;
  /** Undefined when the text does not have it. */
  readonly ttl: number | undefined;
  readonly rdata: Uint8Array;
}

const BACKSLASH = 0x5c;
const HASH = 0x23;

const MAX_RDATA = 0xffff;
/** An octet is four characters of text at most. */
const MAX_TEXT = 4 * MAX_RDATA;

const TOO_LONG = `RDATA of too many octets; expect ${MAX_RDATA} at most`;

/** The octets of RDATA text, its names made absolute by `origin`; or what is wrong with it. */
export function parseRdata(
  type: number,
  tokens: readonly RdataToken[],
  origin: Uint8Array,
): Uint8Array | RdataProblem {
  const length = tokens.reduce((sum, { octets }) => sum + octets.length, 0);
  if (length > MAX_TEXT) return { field: 0, message: TOO_LONG };
  const form = FORMS.get(type);
  const out: number[] = [];
  let wrong: Unexpected | undefined;
  if (isGeneric(tokens)) wrong = writeGeneric(tokens, out, form);
  else if (form === undefined) wrong = { field: 0, expected: 'its data as \\# text (RFC 3597)' };
  else wrong = writeForm(form, tokens, out, origin);
  if (wrong !== undefined) return { field: wrong.field, message: describe(type, tokens, wrong) };
  return out.length <= MAX_RDATA ? new Uint8Array(out) : { field: 0, message: TOO_LONG };
}

/** `"x" does not fit in "MX preference exchange"; expect a number from 0 to 65535` */
function describe(type: number, tokens: readonly RdataToken[], wrong: Unexpected): string {
  const form = FORMS.get(type);
  const names = [...(form?.fields ?? []), form?.rest].map((field) => field?.name);
  const text = [formatType(type), ...names].filter((name) => name !== undefined).join(' ');
  const token = tokens[wrong.field];
  const what =
    token === undefined ? 'a field is missing' : `"${formatOctets(token.octets)}" does not fit`;
  return `${what} in "${text}"; expect ${wrong.expected}`;
}

function writeForm(
  { fields, rest }: Form,
  tokens: readonly RdataToken[],
  out: number[],
  origin: Uint8Array,
): Unexpected | undefined {
  for (const [i, field] of fields.entries()) {
    const token = tokens[i];
    const expected = token === undefined ? `its ${field.name}` : field.write(token, out, origin);
    if (expected !== undefined) return { field: i, expected };
  }
  if (rest === undefined) {
    const extra = tokens.length > fields.length;
    return extra ? { field: fields.length, expected: 'the end of the record' } : undefined;
  }
  const wrong = rest.write(tokens.slice(fields.length), out, origin);
  return wrong && { ...wrong, field: fields.length + wrong.field };
}

/** RFC 3597 section 5: `\#`, the number of octets, and their hexadecimal digits. */
function isGeneric(tokens: readonly RdataToken[]): boolean {
  const first = tokens[0];
  if (first === undefined || first.quoted || first.octets.length !== 2) return false;
  return first.octets[0] === BACKSLASH && first.octets[1] === HASH;
}

function writeGeneric(
  tokens: readonly RdataToken[],
  out: number[],
  form: Form | undefined,
): Unexpected | undefined {
  const length = tokens[1] === undefined ? -1 : parseNumber(tokens[1], MAX_RDATA);
  if (length < 0) return { field: 1, expected: `a number of octets from 0 to ${MAX_RDATA}` };
  if (length > 0 || tokens.length > 2) {
    const wrong = HEX.write(tokens.slice(2), out, ROOT);
    if (wrong !== undefined) return { ...wrong, field: 2 + wrong.field };
  }
  if (out.length !== length) {
    return { field: 1, expected: `the number of octets that follow, ${out.length}` };
  }
  const isWhole = form === undefined || isWholeForm(form, new Uint8Array(out));
  return isWhole ? undefined : { field: 0, expected: 'octets that are well-formed RDATA' };
}

/** Whether RDATA without compression is what its type has; of types without a form all is. */
export function isWellFormed(type: number, rdata: Uint8Array): boolean {
  const form = FORMS.get(type);
  return form === undefined || isWholeForm(form, rdata);
}

function isWholeForm({ fields, rest }: Form, rdata: Uint8Array): boolean {
  let at = 0;
  for (const field of fields) {
    at = field.skip(rdata, at);
    if (at < 0) return false;
  }
  return rest === undefined ? at === rdata.length : rest.isWhole(rdata, at);
}

/** A comment would be lost without a word: text for a record has none. */
const HAS_COMMENT = /^(?:[^";\\]|\\.|"(?:[^"\\]|\\.)*")*;/s;

/**
 * A record as a configuration writes it: `192.0.2.1`, `CNAME walled.example.`, `300 TXT "text"`.
 * An address alone is an A or AAAA record; names are absolute with or without a final dot.
 */
export function parseRecordText(text: string): RecordText | string {
  if (HAS_COMMENT.test(text)) return 'a ";" starts a comment; expect it in a quoted string';
  const type = text.includes(':') ? 'AAAA' : 'A';
  const record = parseAddress(text.trim()) === undefined ? text : `${type} ${text}`;
  const scanner = new ZoneScanner(new TextEncoder().encode(record));
  if (!scanner.next()) return 'an empty text; expect an address, or a type and its data';
  if (scanner.fault !== '') return scanner.fault;
  const head = new RecordHead();
  if (!head.read(scanner, 0)) return head.fault;
  if (head.rrClass >= 0 && head.rrClass !== RrClass.IN) {
    return `class ${formatClass(head.rrClass)} does not belong here; expect IN or none`;
  }
  const rdata = parseRdata(head.type, scanner.tokens(head.field), ROOT);
  if (!(rdata instanceof Uint8Array)) return rdata.message;
  const ttl = head.ttl < 0 ? undefined : head.ttl;
  return scanner.next() ? 'more than one record; expect one' : { type: head.type, ttl, rdata };
}
