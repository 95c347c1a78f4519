/** Messages as `dig` shows them, read without the code under test. */

import { classText, readRdata, toType, typeText, writeRecord } from './record-text.ts';

export const RCODES: readonly string[] = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
];

/** RCODEs above 15, which take an OPT record. */
export const EXTENDED_RCODES: Readonly<Record<string, number>> = {
  BADVERS: 16,
  BADALG: 21,
  BADCOOKIE: 23,
};

export const OPCODES: Readonly<Record<string, number>> = {
  QUERY: 0,
  IQUERY: 1,
  STATUS: 2,
  NOTIFY: 4,
  UPDATE: 5,
  DSO: 6,
};

/** Bits of the header's second word, in the order in which dig names them. */
const FLAGS = { qr: 0x8000, aa: 0x0400, tc: 0x0200, rd: 0x0100, ra: 0x0080, ad: 0x20, cd: 0x10 };
export type FlagName = keyof typeof FLAGS;

/** The bits of `qr rd ra`. */
export function toFlags(text: string): number {
  const names = text.split(' ').filter((name) => name !== '') as FlagName[];
  return names.reduce((bits, name) => bits | FLAGS[name], 0);
}

/** An OPT record. */
export interface EdnsText {
  readonly payload: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  /** `18`, or with its text `15 policy house/x`. */
  readonly ede: readonly string[];
  readonly nsid: string | undefined;
  /** Codes of all options. */
  readonly options: readonly number[];
}

/** A message, its records as `owner TTL CLASS TYPE rdata`. */
export interface MessageText {
  readonly id: number;
  readonly opcode: number;
  readonly rcode: string;
  /** `qr rd ra` */
  readonly flags: string;
  /** `www.example.com. IN A`; undefined when there is none. */
  readonly question: string | undefined;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  /** Without the OPT record. */
  readonly additional: readonly string[];
  readonly edns: EdnsText | undefined;
}

/** Reads a whole message; throws when it is malformed or longer than its records. */
export function readMessage(octets: Uint8Array): MessageText {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const count = (index: number) => view.getUint16(4 + 2 * index);
  const word = view.getUint16(2);
  let at = 12;
  let question: string | undefined;
  for (let i = 0; i < count(0); i++) {
    const owner = readName(octets, at);
    const type = view.getUint16(owner.end);
    question = `${owner.text} ${classText(view.getUint16(owner.end + 2))} ${typeText(type)}`;
    at = owner.end + 4;
  }
  const sections: string[][] = [[], [], []];
  let edns: EdnsText | undefined;
  let extended = 0;
  for (const [i, section] of sections.entries()) {
    for (let left = count(1 + i); left > 0; left--) {
      const record = readRecord(octets, view, at);
      at = record.end;
      if (record.type !== toType('OPT')) section.push(record.text);
      else if (edns !== undefined) throw new Error('two OPT records');
      else {
        edns = readOpt(octets, view, record.typeAt);
        extended = octets[record.typeAt + 4]!;
      }
    }
  }
  if (at !== octets.length) throw new Error(`${octets.length - at} octets behind the message`);
  const [answer, authority, additional] = sections as [string[], string[], string[]];
  return {
    id: view.getUint16(0),
    opcode: (word >> 11) & 0x0f,
    rcode: rcodeText(extended * 16 + (word & 0x0f)),
    flags: Object.entries(FLAGS)
      .flatMap(([name, bit]) => ((word & bit) === 0 ? [] : [name]))
      .join(' '),
    question,
    answer,
    authority,
    additional,
    edns,
  };
}

/** A record's text in the form that `readMessage` gives it. */
export function canonical(text: string): string {
  const octets = writeRecord(text);
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  return readRecord(octets, view, 0).text;
}

function rcodeText(rcode: number): string {
  const extended = Object.entries(EXTENDED_RCODES).find(([, value]) => value === rcode);
  return RCODES[rcode] ?? extended?.[0] ?? `RCODE${rcode}`;
}

function readRecord(octets: Uint8Array, view: DataView, at: number) {
  const owner = readName(octets, at);
  const type = view.getUint16(owner.end);
  const rdataAt = owner.end + 10;
  const end = rdataAt + view.getUint16(owner.end + 8);
  const shown = [
    owner.text,
    view.getUint32(owner.end + 4),
    classText(view.getUint16(owner.end + 2)),
  ];
  const isOpt = type === toType('OPT');
  const nameAt = (start: number) => readName(octets, start);
  const rdata = isOpt ? '' : readRdata(type, octets, { at: rdataAt, end }, nameAt);
  return { type, typeAt: owner.end, end, text: [...shown, typeText(type), rdata].join(' ') };
}

function readOpt(octets: Uint8Array, view: DataView, typeAt: number): EdnsText {
  const options: number[] = [];
  const ede: string[] = [];
  let nsid: string | undefined;
  const end = typeAt + 10 + view.getUint16(typeAt + 8);
  for (let at = typeAt + 10; at < end; ) {
    const data = octets.subarray(at + 4, at + 4 + view.getUint16(at + 2));
    const code = view.getUint16(at);
    options.push(code);
    if (code === 3) nsid = Buffer.from(data).toString();
    if (code === 15) {
      const text = Buffer.from(data.subarray(2)).toString();
      ede.push(`${data[0]! * 256 + data[1]!} ${text}`.trimEnd());
    }
    at += 4 + data.length;
  }
  const version = octets[typeAt + 5]!;
  const dnssecOk = (octets[typeAt + 6]! & 0x80) !== 0;
  return { payload: view.getUint16(typeAt + 2), version, dnssecOk, ede, nsid, options };
}

/** The name at `at` with its pointers followed, and where it ends. */
function readName(octets: Uint8Array, at: number): { text: string; end: number } {
  let text = '';
  for (let next = at; ; ) {
    const length = octets[next]!;
    if (length >= 0xc0) {
      const rest = readName(octets, (length & 0x3f) * 256 + octets[next + 1]!);
      return { text: (text + rest.text).replace(/(?<=.)\.\.$/, '.'), end: next + 2 };
    }
    if (length === 0) return { text: text === '' ? '.' : text, end: next + 1 };
    text += `${Buffer.from(octets.subarray(next + 1, next + 1 + length)).toString('latin1')}.`;
    next += length + 1;
  }
}
