/** Writing a response to a query over the octets that carried it, or over an upstream's answer. */

import {
  AA,
  AD,
  CD,
  Count,
  flags2Of,
  flagsOf,
  HEADER_LENGTH,
  hasFlag2,
  QR,
  RA,
  RD,
  readUint16,
  setFlags,
  TC,
  writeResponseHeader,
  writeUint16,
  writeUint32,
} from './header.ts';
import { expandName, MAX_NAME, MAX_POINTER } from './name.ts';
import { appendOptions, OPT_LENGTH, writeOpt, writePadding } from './opt.ts';
import { MAX_PAYLOAD, type Query } from './query.ts';
import { Section } from './records.ts';
import { RrClass } from './registry.ts';

/** A compression pointer; the offset is added. */
const POINTER = 0xc000;
/** As the place of a record's owner: the root, whose one octet is shorter than a pointer to it. */
export const ROOT_OWNER = -1;
/** TYPE, CLASS, TTL and RDLENGTH. */
const FIXED_LENGTH = 10;

/** A record without its owner. `rdata` holds no compression pointer; `ttl` is seconds. */
export interface RecordData {
  readonly type: number;
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

/** The records of an answer that lead from the name asked to another name. */
export interface Aliases {
  readonly octets: Uint8Array;
  /** Where the records end, and how many there are. */
  readonly length: number;
  readonly answers: number;
  /** Where the name stands that they lead to. */
  readonly nameAt: number;
}

/**
 * One response at a time: `begin` and records, or `adopt`; then `end`; then options.
 *
 * The buffer it writes into has room for `query.limit` octets. A response that would grow over
 * that limit loses its records and gets TC; an additional record is left out. An instance is reused: nothing may keep it.
 */
export class ResponseWriter {
  octets: Uint8Array = new Uint8Array(HEADER_LENGTH);
  length = 0;

  #query: Query | undefined;
  #rcode = 0;
  #optAt = 0;

  /** Header and question over the query's octets; `flags` adds AA and TC, `flags2` RA and AD. */
  begin(query: Query, rcode: number, flags: number, flags2: number): void {
    this.octets = query.message;
    this.length = query.questionEnd;
    this.#start(query, rcode);
    writeResponseHeader(this.octets, rcode, flags, flags2);
    if (query.questionEnd > HEADER_LENGTH) writeUint16(this.octets, Count.QUESTION, 1);
  }

  /**
   * Makes another server's answer to the same question, without its OPT record, the answer to
   * `query`: its ID, RD and CD, and its question octet for octet, so that the case of the name
   * is the client's. AD stays only for a client that can ask for it (RFC 6840 section 5.8).
   */
  adopt(query: Query, octets: Uint8Array, length: number, rcode: number): void {
    this.octets = octets;
    this.length = length;
    this.#start(query, rcode);
    const asked = query.message;
    octets[0] = asked[0]!;
    octets[1] = asked[1]!;
    const unaskedAd = query.dnssecOk || hasFlag2(asked, AD) ? 0 : AD;
    setFlags(
      octets,
      (flagsOf(octets) & ~RD) | QR | (flagsOf(asked) & RD),
      (flags2Of(octets) & ~(CD | unaskedAd | 0x0f)) | (flags2Of(asked) & CD) | (rcode & 0x0f),
    );
    if (readUint16(octets, Count.QUESTION) === 0) this.#takeQuestion();
    for (let i = HEADER_LENGTH; i < query.questionEnd; i++) octets[i] = asked[i]!;
    if (this.length + (query.optAt === 0 ? 0 : OPT_LENGTH) > query.limit) this.truncate();
  }

  /** An error that came without a question gets one, in place of whatever records it has. */
  #takeQuestion(): void {
    writeUint16(this.octets, Count.QUESTION, 1);
    this.octets.fill(0, Count.ANSWER, HEADER_LENGTH);
    this.length = this.#query!.questionEnd;
  }

  #start(query: Query, rcode: number): void {
    this.#query = query;
    this.#rcode = rcode;
    this.#optAt = 0;
  }

  /** Where the suffix of the name asked stands that starts at label `depth` (0: all of it). */
  ownerOf(depth: number): number {
    const query = this.#query!;
    return depth === query.labels ? ROOT_OWNER : HEADER_LENGTH + query.suffixAt(depth);
  }

  /** A record whose owner stands at `ownerAt` of the message, or ROOT_OWNER. */
  record(section: Section, ownerAt: number, data: RecordData): void {
    if (ownerAt > MAX_POINTER) {
      const owner = new Uint8Array(MAX_NAME);
      const length = expandName(this.octets, ownerAt, this.length, owner);
      return this.ownedRecord(section, owner.subarray(0, length), data);
    }
    const at = this.length + (ownerAt === ROOT_OWNER ? 1 : 2);
    if (!this.#hasRoom(section, at + FIXED_LENGTH + data.rdata.length)) return;
    if (ownerAt === ROOT_OWNER) this.octets[this.length] = 0;
    else writeUint16(this.octets, this.length, POINTER | ownerAt);
    this.#finishRecord(section, at, data);
  }

  /** A record with an owner of its own, in wire format. */
  ownedRecord(section: Section, owner: Uint8Array, data: RecordData): void {
    const at = this.length + owner.length;
    if (!this.#hasRoom(section, at + FIXED_LENGTH + data.rdata.length)) return;
    this.octets.set(owner, this.length);
    this.#finishRecord(section, at, data);
  }

  #finishRecord(section: Section, at: number, data: RecordData): void {
    const out = this.octets;
    const query = this.#query!;
    writeUint16(out, at, data.type);
    writeUint16(out, at + 2, query.qclass === RrClass.ANY ? RrClass.IN : query.qclass);
    writeUint32(out, at + 4, data.ttl);
    writeUint16(out, at + 8, data.rdata.length);
    out.set(data.rdata, at + FIXED_LENGTH);
    this.length = at + FIXED_LENGTH + data.rdata.length;
    const count = Count.ANSWER + 2 * section;
    writeUint16(out, count, readUint16(out, count) + 1);
  }

  /**
   * Goes on from the first `answers` records of another server's answer, which end at `length`:
   * the aliases that lead from the name asked to another one; `flags2` is RA or nothing.
   */
  beginBehind(query: Query, aliases: Aliases, rcode: number, flags2: number): void {
    const { octets, length, answers } = aliases;
    octets.fill(0, Count.ANSWER, HEADER_LENGTH);
    writeUint16(octets, Count.ANSWER, answers);
    setFlags(octets, flagsOf(octets) & ~(AA | TC), (flags2Of(octets) & ~(AD | RA)) | flags2);
    this.adopt(query, octets, length, rcode);
  }

  #hasRoom(section: Section, length: number): boolean {
    const query = this.#query!;
    if ((flagsOf(this.octets) & TC) !== 0) return false;
    if (length + (query.optAt === 0 ? 0 : OPT_LENGTH) <= query.limit) return true;
    // RFC 2181 section 9: nobody comes back for what is only additional.
    if (section !== Section.ADDITIONAL) this.truncate();
    return false;
  }

  /** Removes all records and sets TC. */
  truncate(): void {
    this.octets[2]! |= TC;
    this.octets.fill(0, Count.ANSWER, HEADER_LENGTH);
    this.length = this.#query!.questionEnd;
  }

  /** The OPT record, when the query had one (RFC 6891 section 6.1.1). */
  end(): void {
    const query = this.#query!;
    if (query.optAt === 0) return;
    this.#optAt = this.length;
    this.length = writeOpt(this.octets, this.length, MAX_PAYLOAD, this.#rcode, query.dnssecOk);
    writeUint16(this.octets, Count.ADDITIONAL, readUint16(this.octets, Count.ADDITIONAL) + 1);
  }

  /** Adds whole options when there is an OPT record and they fit; false when they did not. */
  options(options: Uint8Array): boolean {
    if (this.#optAt === 0 || this.length + options.length > this.#query!.limit) return false;
    this.length = appendOptions(this.octets, this.#optAt, this.length, options);
    return true;
  }

  /** Makes it as long as others are, where there is an OPT record: the last that is written. */
  pad(): void {
    if (this.#optAt === 0) return;
    this.length = writePadding(this.octets, this.#optAt, this.length, this.#query!.limit);
  }
}
