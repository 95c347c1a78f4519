/** Header fields of answers as HPACK has them, without its table (RFC 7541 section 6.2.2): encoded once. */

import { cacheControl, DNS_MESSAGE } from '../doh-request.ts';
import { httpDate } from '../http-date.ts';

export type Field = Buffer;

/** Numbers of names in the static table. */
const NAMES = {
  status: 8,
  allow: 22,
  'cache-control': 24,
  'content-length': 28,
  'content-type': 31,
  date: 33,
} as const;
/** Statuses that have a number themselves. */
const INDEXED_STATUS: Readonly<Record<string, number>> = { 200: 0x88, 400: 0x8c, 404: 0x8d };

export function fieldOf(name: keyof typeof NAMES, value: string): Field {
  const indexed = name === 'status' ? INDEXED_STATUS[value] : undefined;
  if (indexed !== undefined) return Buffer.of(indexed);
  const number = NAMES[name];
  const head = number < 0x0f ? [number] : [0x0f, number - 0x0f];
  return Buffer.from([...head, value.length, ...Buffer.from(value, 'latin1')]);
}

/** Lengths whose fields are kept: of most answers. */
const KEPT_LENGTHS = 2048;
const lengths: (Field | undefined)[] = [];

/** `content-length`. */
export function numberField(value: number): Field {
  const kept = lengths[value];
  if (kept !== undefined) return kept;
  const field = fieldOf('content-length', String(value));
  if (value < KEPT_LENGTHS) lengths[value] = field;
  return field;
}

const STATUS_AND_TYPE: Field = Buffer.concat([
  fieldOf('status', '200'),
  fieldOf('content-type', DNS_MESSAGE),
]);

const KEPT_AGES = 1024;
/** Answers of one second, by how long they may be kept. */
const answers: Map<number, Field> = new Map();
let date = '';

/** All of an answer's fields but its length. */
export function answerFields(maxAge: number): Field {
  const now = httpDate();
  if (now !== date) {
    date = now;
    answers.clear();
  }
  const kept = answers.get(maxAge);
  if (kept !== undefined) return kept;
  const cacheField = fieldOf('cache-control', cacheControl(maxAge));
  const fields = Buffer.concat([STATUS_AND_TYPE, cacheField, fieldOf('date', date)]);
  if (answers.size >= KEPT_AGES) answers.clear();
  answers.set(maxAge, fields);
  return fields;
}
