/** Walking the resource records of a message (RFC 1035 section 4.1.3), without allocation. */

import { Count, HEADER_LENGTH, readUint16, readUint32 } from './header.ts';
import { skipName } from './name.ts';

export const Section = { ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 2 } as const;
export type Section = (typeof Section)[keyof typeof Section];

/** TYPE, CLASS, TTL and RDLENGTH. */
const FIXED_LENGTH = 10;

/** The offset behind `count` questions; -1 when they run over `end`. */
export function skipQuestions(message: Uint8Array, end: number, count: number): number {
  let at = HEADER_LENGTH;
  for (let i = 0; i < count; i++) {
    at = skipName(message, at, end);
    if (at < 0 || at + 4 > end) return -1;
    at += 4;
  }
  return at;
}

/**
 * One record of a message at a time. An instance is reused: nothing may keep it.
 *
 *     cursor.start(message, length);
 *     while (cursor.next()) …
 *     if (cursor.malformed) …
 */
export class RecordCursor {
  section: Section = Section.ANSWER;
  /** Offset of the owner name. */
  ownerAt = 0;
  type = 0;
  rrClass = 0;
  /** Offset of the TTL: four octets. */
  ttlAt = 0;
  /** Seconds, as an unsigned number. */
  ttl = 0;
  rdataAt = 0;
  /** Offset behind the record. */
  end = 0;
  /** A name, a count or a length led out of the message; no record follows. */
  malformed = false;

  #message: Uint8Array = new Uint8Array(0);
  #length = 0;
  #left = 0;

  /** Goes before the first record of `message`, which has a whole header. */
  start(message: Uint8Array, length: number): void {
    this.#message = message;
    this.#length = length;
    this.section = Section.ANSWER;
    this.#left = readUint16(message, Count.ANSWER);
    this.end = skipQuestions(message, length, readUint16(message, Count.QUESTION));
    this.malformed = this.end < 0;
  }

  /** Goes to the next record; false behind the last one and in a malformed message. */
  next(): boolean {
    if (this.malformed) return false;
    while (this.#left === 0) {
      if (this.section === Section.ADDITIONAL) return false;
      this.section = (this.section + 1) as Section;
      this.#left = readUint16(this.#message, Count.ANSWER + 2 * this.section);
    }
    this.#left--;
    return this.#read(this.end);
  }

  #read(at: number): boolean {
    const message = this.#message;
    const typeAt = skipName(message, at, this.#length);
    if (typeAt < 0 || typeAt + FIXED_LENGTH > this.#length) {
      this.malformed = true;
      return false;
    }
    this.ownerAt = at;
    this.type = readUint16(message, typeAt);
    this.rrClass = readUint16(message, typeAt + 2);
    this.ttlAt = typeAt + 4;
    this.ttl = readUint32(message, this.ttlAt);
    this.rdataAt = typeAt + FIXED_LENGTH;
    this.end = this.rdataAt + readUint16(message, typeAt + 8);
    this.malformed = this.end > this.#length;
    return !this.malformed;
  }
}
