/** An upstream's message, seen through the octets that carried it. */

import {
  AA,
  Count,
  HEADER_LENGTH,
  hasFlag,
  hasFlag2,
  id,
  isResponse,
  opcode,
  RA,
  rcode,
  readUint16,
  readUint32,
  TC,
  writeUint16,
} from './header.ts';
import { LOWER, POINTER } from './name.ts';
import { extendedRcode, hasWholeOptions } from './opt.ts';
import type { Query } from './query.ts';
import { RecordCursor, Section, skipQuestions } from './records.ts';
import { Rcode, RrType } from './registry.ts';

/** A TTL with its first bit set counts as 0 (RFC 2181 section 8). */
const MAX_TTL = 0x7fffffff;

/** A record takes 11 octets at least. */
const MAX_RECORDS = Math.floor(0xffff / 11);

const records = new RecordCursor();

/**
 * One answer of an upstream. An instance is reused: nothing may keep it.
 */
export class Answer {
  message: Uint8Array = new Uint8Array(HEADER_LENGTH);
  /** Up to the end of the last record: what is behind it is no part of the message. */
  length = 0;

  /** Low four bits and, with an OPT record, the upper eight (RFC 6891 section 6.1.3). */
  rcode = 0;
  questionEnd: number = HEADER_LENGTH;
  /** Offset of the OPT record; 0 when there is none. */
  optAt = 0;
  /** The end of all that stands before the OPT record; without one, of the last record. */
  bodyEnd = 0;
  /** Records in the additional section before `bodyEnd`. */
  #additional = 0;

  /** Seconds for which it may be cached (RFC 2308 section 5); -1 when it has no time at all. */
  ttl = 0;
  /** NXDOMAIN or no data: its TTL is a negative one. */
  isNegative = false;
  /** The answer section has an alias. */
  hasAlias = false;
  /** A record's owner is written out, if only in part: not a pointer to another name. */
  hasPlainOwner = false;
  /** Where the TTLs stand that age in a cache. */
  readonly ttlAt: Uint16Array = new Uint16Array(MAX_RECORDS);
  ttlCount = 0;

  get id(): number {
    return id(this.message);
  }
  get authoritative(): boolean {
    return hasFlag(this.message, AA);
  }
  get recursionAvailable(): boolean {
    return hasFlag2(this.message, RA);
  }
  get truncated(): boolean {
    return hasFlag(this.message, TC);
  }
  get hasQuestion(): boolean {
    return this.questionEnd > HEADER_LENGTH;
  }

  /** RFC 6891 section 7: a server that does not know EDNS answers with an error without OPT. */
  get isPuzzledByEdns(): boolean {
    return this.optAt === 0 && (this.rcode === Rcode.FORMERR || this.rcode === Rcode.NOTIMP);
  }

  /** Whether the octets can be an answer at all: a whole header with QR=1. */
  static isAnswer(message: Uint8Array, length: number): boolean {
    return length >= HEADER_LENGTH && isResponse(message);
  }

  /** Reads the message; false when a name, a count or a length leads out of it. */
  parse(message: Uint8Array, length: number): boolean {
    this.message = message;
    this.length = length;
    this.rcode = rcode(message);
    this.optAt = 0;
    this.bodyEnd = length;
    this.#additional = 0;
    this.ttl = MAX_TTL;
    this.ttlCount = 0;
    this.isNegative = true;
    this.hasAlias = false;
    this.hasPlainOwner = false;
    this.questionEnd = skipQuestions(message, length, readUint16(message, Count.QUESTION));
    return this.questionEnd >= 0 && this.#readRecords();
  }

  #readRecords(): boolean {
    let soaTtl = -1;
    records.start(this.message, this.length);
    while (records.next()) {
      if (records.type === RrType.OPT) {
        if (!this.#readOpt()) return false;
      } else if (this.optAt === 0) {
        if (records.section === Section.AUTHORITY && records.type === RrType.SOA) {
          soaTtl = this.#negativeTtl();
        }
        this.#countRecord();
      }
    }
    if (this.isNegative) this.ttl = Math.min(this.ttl, soaTtl);
    if (this.optAt === 0) this.bodyEnd = records.end;
    this.length = records.end;
    return !records.malformed;
  }

  /** RFC 6891 section 6.1.1: one OPT record at most, in the additional section, of the root. */
  #readOpt(): boolean {
    const at = records.ownerAt;
    if (this.optAt !== 0 || this.message[at] !== 0 || records.section !== Section.ADDITIONAL) {
      return false;
    }
    if (!hasWholeOptions(this.message, at)) return false;
    this.optAt = at;
    this.bodyEnd = at;
    this.rcode |= extendedRcode(this.message, at) << 4;
    return true;
  }

  #countRecord(): void {
    if (records.section === Section.ADDITIONAL) this.#additional++;
    else if (records.type === RrType.CNAME) this.hasAlias = true;
    if (records.section === Section.ANSWER && this.#isData(records.type)) {
      this.isNegative = this.rcode === Rcode.NXDOMAIN;
    }
    if (this.message[records.ownerAt]! < POINTER) this.hasPlainOwner = true;
    const ttl = records.ttl > MAX_TTL ? 0 : records.ttl;
    if (ttl < this.ttl) this.ttl = ttl;
    if (this.ttlCount < this.ttlAt.length) this.ttlAt[this.ttlCount++] = records.ttlAt;
  }

  /** An alias on its way to nothing is no data (RFC 2308 section 2.2, RFC 6672 section 3.1). */
  #isData(type: number): boolean {
    if (type === RrType.RRSIG || type === RrType.CNAME || type === RrType.DNAME) {
      return this.hasQuestion && type === readUint16(this.message, this.questionEnd - 4);
    }
    return true;
  }

  /** RFC 2308 section 5: the lesser of the SOA's own TTL and its MINIMUM field. */
  #negativeTtl(): number {
    if (records.end - records.rdataAt < 4) return 0;
    const minimum = readUint32(this.message, records.end - 4);
    return Math.min(records.ttl, minimum, MAX_TTL);
  }

  /**
   * Whether it answers this question (RFC 5452 section 9.1). An error may come without any
   * question: some servers refuse before they parse. So may the later messages of a transfer
   * (RFC 5936 section 2.2.1).
   */
  matches(query: Query): boolean {
    const message = this.message;
    if (opcode(message) !== query.opcode) return false;
    const questions = readUint16(message, Count.QUESTION);
    if (questions === 0) {
      return query.isTransfer || (this.rcode !== Rcode.NOERROR && this.rcode !== Rcode.NXDOMAIN);
    }
    if (questions !== 1 || this.questionEnd !== query.questionEnd) return false;
    const typeAt = query.questionEnd - 4;
    for (let i = HEADER_LENGTH; i < typeAt; i++) {
      if (LOWER[message[i]!] !== query.name[i - HEADER_LENGTH]) return false;
    }
    return (
      readUint16(message, typeAt) === query.qtype &&
      readUint16(message, typeAt + 2) === query.qclass
    );
  }

  /**
   * Takes the OPT record away, which is hop by hop (RFC 6891 section 6.2.6), with whatever
   * follows it in the additional section: those records are extra, and their compression
   * pointers would not survive the move. Returns the length that is left.
   */
  withoutOpt(): number {
    if (this.optAt !== 0) writeUint16(this.message, Count.ADDITIONAL, this.#additional);
    return this.bodyEnd;
  }
}
