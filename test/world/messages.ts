/**
 * DNS messages written octet by octet, from the RFCs and without the code under test.
 *
 *     message({ id: 7, flags: Flag.RD, questions: [question('www.example.com', TYPE.A)] })
 */

/** The bits of the header's second 16-bit word (RFC 1035 section 4.1.1, RFC 4035 section 3). */
export const Flag = {
  QR: 0x8000,
  AA: 0x0400,
  TC: 0x0200,
  RD: 0x0100,
  RA: 0x0080,
  AD: 0x0020,
  CD: 0x0010,
} as const;

/** The TYPEs that tests ask for. */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  SIG: 24,
  AAAA: 28,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  TSIG: 250,
  ANY: 255,
} as const;

/** The octets of a record or a part of one. */
export type Octets = Uint8Array | readonly number[];

/** The parts of a message. Its counts tell the truth unless `counts` says otherwise. */
export interface MessageParts {
  readonly id?: number;
  /** See `Flag`; the OPCODE and the RCODE as `opcode` and `rcode`. */
  readonly flags?: number;
  readonly opcode?: number;
  readonly rcode?: number;
  readonly questions?: readonly Octets[];
  readonly answers?: readonly Octets[];
  readonly authorities?: readonly Octets[];
  readonly additionals?: readonly Octets[];
  /** QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT. */
  readonly counts?: readonly [number, number, number, number];
}

/** A whole message. */
export function message(parts: MessageParts): Uint8Array {
  const { id = 0, flags = 0, opcode = 0, rcode = 0 } = parts;
  const { questions = [], answers = [], authorities = [], additionals = [] } = parts;
  const sections = [questions, answers, authorities, additionals];
  const counts = parts.counts ?? sections.map(({ length }) => length);
  return octets(
    uint16(id),
    uint16(flags | (opcode << 11) | rcode),
    ...counts.map(uint16),
    ...sections.flat(),
  );
}

/** The labels of a dotted ASCII name and the root; `.` and the empty text are the root. */
export function name(text: string): Uint8Array {
  const labels = text.split('.').filter((label) => label !== '');
  return octets(...labels.map((label) => [label.length, ...ascii(label)]), [0]);
}

/** A compression pointer (RFC 1035 section 4.1.4). */
export function pointer(offset: number): Uint8Array {
  return uint16(0xc000 | offset);
}

/** The name in a message's first question. */
export const TO_QUESTION: Uint8Array = pointer(12);

/** A question; octets in place of a name are taken as they are. */
export function question(owner: string | Octets, type: number = TYPE.A, rrClass = 1): Uint8Array {
  return octets(toName(owner), uint16(type), uint16(rrClass));
}

/** What stands in a record beside its owner, type and rdata. */
export interface RecordParts {
  readonly ttl?: number;
  readonly rrClass?: number;
  /** A lie about the length of the rdata. */
  readonly rdlength?: number;
}

/** A resource record; octets in place of an owner are taken as they are. */
export function record(
  owner: string | Octets,
  type: number,
  rdata: Octets,
  { ttl = 300, rrClass = 1, rdlength = rdata.length }: RecordParts = {},
): Uint8Array {
  return octets(toName(owner), uint16(type), uint16(rrClass), uint32(ttl), uint16(rdlength), rdata);
}

/** An SOA record with these two times; everything else in it is constant. */
export function soa(owner: string | Octets, ttl: number, minimum: number): Uint8Array {
  const times = [2026, 7200, 900, 86_400, minimum].map(uint32);
  return record(owner, TYPE.SOA, octets(name('ns.example'), name('admin.example'), ...times), {
    ttl,
  });
}

/** The parts of an OPT record (RFC 6891 section 6.1). */
export interface OptParts {
  readonly payload?: number;
  readonly version?: number;
  readonly dnssecOk?: boolean;
  readonly extendedRcode?: number;
  readonly options?: readonly Octets[];
  readonly owner?: string | Octets;
  /** A lie about the length of the options. */
  readonly rdlength?: number;
}

/** An OPT record. */
export function opt(parts: OptParts = {}): Uint8Array {
  const { payload = 1232, version = 0, dnssecOk = false, extendedRcode = 0 } = parts;
  const rdata = octets(...(parts.options ?? []));
  const ttl = extendedRcode * 0x1000000 + version * 0x10000 + (dnssecOk ? 0x8000 : 0);
  const { owner = '.', rdlength = rdata.length } = parts;
  return record(owner, TYPE.OPT, rdata, { ttl, rrClass: payload, rdlength });
}

/** An EDNS option; `length` is a lie about its data. */
export function option(code: number, data: Octets = [], length = data.length): Uint8Array {
  return octets(uint16(code), uint16(length), data);
}

/** The option of an Extended DNS Error (RFC 8914 section 2). */
export function ede(infoCode: number, text = ''): Uint8Array {
  return option(15, octets(uint16(infoCode), new TextEncoder().encode(text)));
}

/** The octets one behind the other. */
export function octets(...parts: readonly Octets[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A copy with room behind it, as in the buffer of a socket: what a response is written into. */
export function withRoom(message: Uint8Array, room = 0xffff): Uint8Array {
  const buffer = new Uint8Array(Math.max(room, message.length)).fill(0xee);
  buffer.set(message);
  return buffer;
}

export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value);
}

export function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function toName(owner: string | Octets): Octets {
  return typeof owner === 'string' ? name(owner) : owner;
}
