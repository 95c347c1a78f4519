/** A client's query, seen through the packet that carried it. */

import type { ClientTransport } from './client-transport.ts';
import { HashedName } from './hashed-name.ts';
import { Count, HEADER_LENGTH, hasFlag, opcode, RD, readUint16 } from './header.ts';
import { LOWER, MAX_LABEL, MAX_NAME } from './name.ts';
import {
  COOKIE_MAX,
  ednsVersion,
  findOption,
  hasWholeOptions,
  isDnssecOk,
  OPT_LENGTH,
  OPTION_HEADER,
  optionEnd,
  payloadSize,
} from './opt.ts';
import { RecordCursor, Section } from './records.ts';
import { EdnsOption, Opcode, RrClass, RrType } from './registry.ts';
import type { RuleMatch } from './rule-match.ts';

/** What is wrong with a message; `NONE` is a message that can be judged. */
export const Malformed = {
  NONE: 0,
  QUESTION_COUNT: 1,
  QUESTION: 2,
  RECORDS: 3,
  OPT: 4,
  TSIG: 5,
} as const;
export type Malformed = (typeof Malformed)[keyof typeof Malformed];

/** How a message goes to an upstream. */
export type Transport = 'udp' | 'tcp';

/** UDP payload that everyone accepts without EDNS (RFC 1035 section 4.2.1). */
const PLAIN_PAYLOAD = 512;
/** Our own UDP payload size: below what any path fragments (RFC 9715 section 3). */
export const MAX_PAYLOAD = 1232;
const MAX_TCP = 0xffff;

/** There is no COOKIE option. */
export const NO_COOKIE = -1;

const records = new RecordCursor();

/** The other end of a datagram's way or of a connection. */
export interface Sender {
  family: 4 | 6;
  readonly address: Uint32Array;
  port: number;
  zoneId: string;
}

export function copySender(from: Sender, to: Sender): void {
  to.family = from.family;
  copyAddress(from.address, to.address);
  to.port = from.port;
  to.zoneId = from.zoneId;
}

/** In place of `set`, which costs ten times as much for so few words. */
export function copyAddress(from: Uint32Array, to: Uint32Array): void {
  to[0] = from[0]!;
  to[1] = from[1]!;
  to[2] = from[2]!;
  to[3] = from[3]!;
}

/**
 * One query and where it came from.
 *
 * A single instance is reused for every packet, so nothing may keep a reference to it:
 * copy what must outlive the packet.
 */
export class Query extends HashedName {
  message: Uint8Array = new Uint8Array(HEADER_LENGTH);
  length = 0;

  /** Who asked: an IPv4 address is the first word, an IPv6 address all four. */
  family: 4 | 6 = 4;
  readonly address: Uint32Array = new Uint32Array(4);
  port = 0;
  /** Zone of a link-local address (RFC 4007 section 11), `%eth0`; empty for all others. */
  zoneId = '';
  /** A proxy speaks for the client: it is the peer, and the answer goes to it. */
  isProxied = false;
  readonly peer: Sender = { family: 4, address: new Uint32Array(4), port: 0, zoneId: '' };
  transport: ClientTransport = 'udp';
  /** By a listener for all addresses of the host: the address asked, and its interface. */
  readonly local: Uint32Array = new Uint32Array(4);
  localInterface = 0;
  /** Index of the view that the client falls into. */
  view = 0;
  /** Index of the listener that took it. */
  listener = 0;
  /** The shell's number for the TCP connection; 0 for datagrams. */
  connection = 0;
  /** Milliseconds since the epoch. */
  receivedAt = 0;

  opcode = 0;
  qtype = 0;
  qclass = 0;
  /** Offset behind the question; the header's end when there is no readable question. */
  questionEnd: number = HEADER_LENGTH;
  /** What is wrong with the message; the first layer rejects a malformed query. */
  malformed: Malformed = Malformed.NONE;
  /** What the layer that ended it matched. */
  readonly match: RuleMatch = {
    trigger: 'qname',
    name: this,
    depth: 0,
    wildcard: false,
    prefix: undefined,
    address: new Uint32Array(4),
    line: 0,
    entry: 0,
  };

  /** Offset of the OPT record; 0 when there is none. */
  optAt = 0;
  ednsVersion = 0;
  dnssecOk = false;
  wantsNsid = false;
  /** Whether it was padded, so that its answer is to be padded too (RFC 7830). */
  isPadded = false;
  /** The data of the COOKIE option, and its length; NO_COOKIE when there is none. */
  readonly cookie: Uint8Array = new Uint8Array(COOKIE_MAX);
  cookieLength: number = NO_COOKIE;
  payload: number = PLAIN_PAYLOAD;
  /** UDP payload size as the OPT record has it; 0 when there is none. */
  advertised = 0;
  /** Signed by TSIG or SIG(0) (RFC 5625 section 4.6). */
  signed = false;

  /** Whom it came from, and to whom its answer goes. */
  get sender(): Sender {
    return this.isProxied ? this.peer : this;
  }

  get recursionDesired(): boolean {
    return hasFlag(this.message, RD);
  }

  /** A name of the Internet is looked up: opcode QUERY, class IN. */
  get isLookup(): boolean {
    return this.opcode === Opcode.QUERY && this.qclass === RrClass.IN;
  }

  /** A zone transfer (RFC 5936, RFC 1995). */
  get isTransfer(): boolean {
    return (
      this.opcode === Opcode.QUERY && (this.qtype === RrType.AXFR || this.qtype === RrType.IXFR)
    );
  }

  /**
   * Passed to an upstream as it is, and the answer passed back as it is: a signature would not
   * survive a change, and of updates and transfers a forwarder has no business to change a thing.
   */
  get isVerbatim(): boolean {
    return this.signed || this.opcode !== Opcode.QUERY || this.isTransfer;
  }

  /** Came by a connection: its address is not forged, and its answer can be as large as any. */
  get isByStream(): boolean {
    return this.transport !== 'udp';
  }

  get isEncrypted(): boolean {
    return this.transport === 'dot' || this.transport === 'doh';
  }

  /** Octets that a response to this query may have. */
  get limit(): number {
    return this.isByStream ? MAX_TCP : this.payload;
  }

  /**
   * Reads `length` octets of `message`, whose header is whole and has QR=0.
   * Afterwards every field has a value; in a `malformed` message those behind the first fault
   * say "none".
   */
  parse(message: Uint8Array, length: number): void {
    this.message = message;
    this.length = length;
    this.opcode = opcode(message);
    this.#clear();
    this.malformed = this.#read();
  }

  #read(): Malformed {
    if (readUint16(this.message, Count.QUESTION) !== 1) return Malformed.QUESTION_COUNT;
    if (!this.#readQuestion()) return Malformed.QUESTION;
    return this.#readRecords();
  }

  #clear(): void {
    this.qtype = 0;
    this.qclass = 0;
    this.questionEnd = HEADER_LENGTH;
    this.nameLength = 0;
    this.labels = 0;
    this.forgetHashes();
    this.optAt = 0;
    this.ednsVersion = 0;
    this.dnssecOk = false;
    this.wantsNsid = false;
    this.isPadded = false;
    this.cookieLength = NO_COOKIE;
    this.payload = PLAIN_PAYLOAD;
    this.advertised = 0;
    this.signed = false;
  }

  #readQuestion(): boolean {
    const message = this.message;
    const name = this.name;
    // QTYPE and QCLASS follow the name.
    const end = this.length - 4;
    let at = HEADER_LENGTH;
    let out = 0;
    let labels = 0;
    for (;;) {
      if (at >= end) return false;
      const length = message[at]!;
      // A compression pointer has nothing to point at in a question.
      if (length > MAX_LABEL || at + length >= end || out + length + 1 > MAX_NAME) return false;
      this.labelAt[labels] = out;
      name[out++] = length;
      at++;
      if (length === 0) break;
      for (const stop = at + length; at < stop; at++) name[out++] = LOWER[message[at]!]!;
      labels++;
    }
    this.nameLength = out;
    this.labels = labels;
    this.qtype = readUint16(message, at);
    this.qclass = readUint16(message, at + 2);
    this.questionEnd = at + 4;
    return true;
  }

  #readRecords(): Malformed {
    records.start(this.message, this.length);
    while (records.next()) {
      // RFC 8945 section 5.1: the TSIG record is the last one.
      if (this.signed) return Malformed.TSIG;
      if (records.type === RrType.OPT) {
        if (!this.#readOpt()) return Malformed.OPT;
      } else if (records.type === RrType.TSIG || records.type === RrType.SIG) {
        this.signed = records.section === Section.ADDITIONAL;
      }
    }
    return records.malformed || records.end !== this.length ? Malformed.RECORDS : Malformed.NONE;
  }

  /** RFC 7873 section 5.2: of several only the first counts. */
  #readCookie(opt: number): void {
    const at = findOption(this.message, opt, EdnsOption.COOKIE, opt + OPT_LENGTH);
    if (at < 0) return;
    const start = at + OPTION_HEADER;
    const end = optionEnd(this.message, at);
    this.cookieLength = end - start;
    for (let i = 0; i < COOKIE_MAX && start + i < end; i++) {
      this.cookie[i] = this.message[start + i]!;
    }
  }

  /** RFC 6891 section 6.1.1: one OPT record at most, its owner is the root. */
  #readOpt(): boolean {
    const at = records.ownerAt;
    if (this.optAt !== 0 || this.message[at] !== 0 || records.section !== Section.ADDITIONAL) {
      return false;
    }
    if (!hasWholeOptions(this.message, at)) return false;
    this.optAt = at;
    this.ednsVersion = ednsVersion(this.message, at);
    this.dnssecOk = isDnssecOk(this.message, at);
    this.wantsNsid = findOption(this.message, at, EdnsOption.NSID, at + OPT_LENGTH) >= 0;
    this.isPadded = findOption(this.message, at, EdnsOption.PADDING, at + OPT_LENGTH) >= 0;
    this.#readCookie(at);
    const size = payloadSize(this.message, at);
    this.advertised = size;
    this.payload = size < PLAIN_PAYLOAD ? PLAIN_PAYLOAD : size > MAX_PAYLOAD ? MAX_PAYLOAD : size;
    return true;
  }
}
