/**
 * Resource records as operators write them, to octets and back, without the code under test.
 *
 *     writeRecord('www.example.com. 60 A 192.0.2.80')
 */

import { ascii, name, octets, record, TO_QUESTION, uint16, uint32 } from './messages.ts';

const TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  SVCB: 64,
  HTTPS: 65,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  RESINFO: 261,
};

const CLASSES: Readonly<Record<string, number>> = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 };

/** The number of `AAAA` or `TYPE65280`. */
export function toType(text: string): number {
  return numberOf(TYPES, 'TYPE', text);
}

/** The number of `IN` or `CLASS42`. */
export function toClass(text: string): number {
  return numberOf(CLASSES, 'CLASS', text);
}

export function typeText(type: number): string {
  return textOf(TYPES, 'TYPE', type);
}

export function classText(rrClass: number): string {
  return textOf(CLASSES, 'CLASS', rrClass);
}

function numberOf(table: Readonly<Record<string, number>>, prefix: string, text: string): number {
  const value = table[text] ?? Number(text.startsWith(prefix) ? text.slice(prefix.length) : NaN);
  if (Number.isNaN(value)) throw new Error(`"${text}" is no ${prefix}`);
  return value;
}

function textOf(table: Readonly<Record<string, number>>, prefix: string, value: number): string {
  const known = Object.entries(table).find(([, number]) => number === value);
  return known?.[0] ?? `${prefix}${value}`;
}

/** The octets of `owner TTL [CLASS] TYPE rdata`; the name asked is written as a pointer to it. */
export function writeRecord(text: string, asked?: string): Uint8Array {
  const [first, ttl, ...rest] = fieldsOf(text);
  const isAsked = first!.toLowerCase() === asked?.toLowerCase();
  const owner = isAsked ? TO_QUESTION : first!;
  const rrClass = Object.hasOwn(CLASSES, rest[0]!) ? toClass(rest.shift()!) : 1;
  const type = toType(rest.shift()!);
  return record(owner, type, writeRdata(type, rest), { ttl: Number(ttl), rrClass });
}

/** Words, and texts in quotes without their quotes. */
function fieldsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
}

function writeRdata(type: number, fields: readonly string[]): Uint8Array {
  const [first = '', second = ''] = fields;
  if (first === '\\#') return Uint8Array.from(Buffer.from(fields.slice(2).join(''), 'hex'));
  switch (typeText(type)) {
    case 'A':
      return Uint8Array.from(first.split('.'), Number);
    case 'AAAA':
      return octets(...groupsOf(first).map(uint16));
    case 'NS':
    case 'CNAME':
    case 'PTR':
      return name(first);
    case 'MX':
      return octets(uint16(Number(first)), name(second));
    case 'TXT':
    case 'RESINFO':
    case 'HINFO':
      return octets(...fields.map((text) => [text.length, ...ascii(text)]));
    case 'SOA':
      return octets(name(first), name(second), ...fields.slice(2).map(Number).map(uint32));
    default:
      throw new Error(`${typeText(type)}: expect its data as \\# LENGTH HEX`);
  }
}

/** The eight groups of an IPv6 address. */
function groupsOf(text: string): number[] {
  const [left = '', right] = text.split('::').map((half) => half.split(':').filter(Boolean));
  const before = [...left].map((group) => Number.parseInt(group, 16));
  const after = (right ?? []).map((group) => Number.parseInt(group, 16));
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** The text of a record's data; `nameAt` reads a name and says where it ends. */
export function readRdata(
  type: number,
  message: Uint8Array,
  { at, end }: { at: number; end: number },
  nameAt: (at: number) => { text: string; end: number },
): string {
  const data = message.subarray(at, end);
  switch (typeText(type)) {
    case 'A':
      return data.join('.');
    case 'AAAA':
      return Array.from({ length: 8 }, (_, i) => hex16(data, 2 * i)).join(':');
    case 'NS':
    case 'CNAME':
    case 'PTR':
      return nameAt(at).text;
    case 'MX':
      return `${data[0]! * 256 + data[1]!} ${nameAt(at + 2).text}`;
    case 'TXT':
    case 'RESINFO':
    case 'HINFO':
      return stringsOf(data).join(' ');
    case 'SOA': {
      const first = nameAt(at);
      const second = nameAt(first.end);
      const times = Array.from({ length: 5 }, (_, i) => wordAt(message, second.end + 4 * i));
      return [first.text, second.text, ...times].join(' ');
    }
    default:
      return `\\# ${data.length} ${Buffer.from(data).toString('hex')}`.trimEnd();
  }
}

function hex16(data: Uint8Array, at: number): string {
  return (data[at]! * 256 + data[at + 1]!).toString(16);
}

function wordAt(data: Uint8Array, at: number): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(at);
}

/** Each character-string in quotes. */
function stringsOf(data: Uint8Array): string[] {
  const strings: string[] = [];
  for (let at = 0; at < data.length; at += data[at]! + 1) {
    strings.push(`"${Buffer.from(data.subarray(at + 1, at + 1 + data[at]!)).toString('latin1')}"`);
  }
  return strings;
}
