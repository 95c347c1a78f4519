/** Queries as scenarios write them, to octets. */

import { OPCODES, toFlags } from './message-text.ts';
import {
  type MessageParts,
  message,
  name,
  octets,
  opt,
  option,
  question,
  record,
} from './messages.ts';
import { toClass, toType, writeRecord } from './record-text.ts';
import type { Client } from './stage.ts';

/** A query; what it leaves out is as in a plain query for an address by `dig`. */
export interface QueryText {
  readonly name: string;
  readonly type?: string;
  readonly class?: string;
  readonly opcode?: string;
  /** Source address, `127.0.0.1` by default, and port. */
  readonly client?: string;
  readonly port?: number;
  readonly transport?: 'udp' | 'tcp';
  readonly id?: number;
  /** `rd` by default. */
  readonly flags?: string;
  /** With an OPT record: `false`, or what stands in it. */
  readonly edns?: false | EdnsText;
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  /** With a TSIG record behind all others. */
  readonly signed?: boolean;
  /** How often the question stands in it. */
  readonly questions?: number;
  /** Octets that are missing at its end, or that are too many. */
  readonly cut?: number;
  readonly surplus?: number;
}

export interface EdnsText {
  readonly payload?: number;
  readonly version?: number;
  readonly do?: boolean;
  /** Codes of options, each with its data in hexadecimal digits. */
  readonly options?: Readonly<Record<number, string>>;
  /** How many OPT records there are. */
  readonly times?: number;
}

/** `www.example.com AAAA from 192.0.2.1 by tcp with do`: the words of a short query. */
const SHORT = /^(\S+)(?: ([A-Z]\S*))?(?: from (\S+))?(?: by (udp|tcp))?(?: with (do))?$/;

/** Reads the short form; the long one is as it is. */
export function toQuery(given: QueryText | string): QueryText {
  if (typeof given !== 'string') return given;
  const words = SHORT.exec(given);
  if (words === null)
    throw new Error(`"${given}": expect NAME [TYPE] [from CLIENT] [by tcp] [with do]`);
  const [, owner, type, client, transport, flag] = words;
  const edns = flag === undefined ? undefined : { do: true };
  const parts = { name: owner, type, client, transport, edns };
  const present = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as unknown as QueryText;
}

export function clientOf({ client, port, transport }: QueryText): Client {
  return { address: client ?? '127.0.0.1', port: port ?? 40_000, transport: transport ?? 'udp' };
}

/** The octets of a query. */
export function writeQuery(query: QueryText, id: number): Uint8Array {
  const { type = 'A', class: rrClass = 'IN', opcode = 'QUERY', questions = 1 } = query;
  const asked = question(query.name, toType(type), toClass(rrClass));
  const parts: MessageParts = {
    id,
    opcode: OPCODES[opcode] ?? Number(opcode),
    flags: toFlags(query.flags ?? 'rd'),
    questions: Array.from({ length: questions }, () => asked),
    authorities: (query.authority ?? []).map((text) => writeRecord(text)),
    additionals: [
      ...(query.additional ?? []).map((text) => writeRecord(text)),
      ...writeOpts(query.edns ?? {}),
      ...(query.signed ? [TSIG] : []),
    ],
  };
  const whole = message(parts);
  return octets(
    whole.subarray(0, whole.length - (query.cut ?? 0)),
    new Uint8Array(query.surplus ?? 0),
  );
}

function writeOpts(edns: false | EdnsText): Uint8Array[] {
  if (edns === false) return [];
  const { payload = 1232, version = 0, times = 1 } = edns;
  const options = Object.entries(edns.options ?? {}).map(([code, hex]) =>
    option(Number(code), Uint8Array.from(Buffer.from(hex, 'hex'))),
  );
  const one = opt({ payload, version, dnssecOk: edns.do ?? false, options });
  return Array.from({ length: times }, () => one);
}

/** A signature by some key (RFC 8945 section 4.2); nobody here checks it. */
const TSIG: Uint8Array = record(
  'key.example',
  toType('TSIG'),
  octets(name('hmac-sha256'), new Uint8Array(10), [0, 4, 1, 2, 3, 4], new Uint8Array(6)),
  { ttl: 0, rrClass: toClass('ANY') },
);
