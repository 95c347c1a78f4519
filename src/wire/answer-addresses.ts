/**
 * The addresses that an answer gives: of A and AAAA records, of the hints in SVCB and HTTPS records
 * (RFC 9460 section 7.3), and the IPv4 addresses that stand inside IPv6 addresses.
 */

import { readUint16, readUint32 } from './header.ts';
import { skipName } from './name.ts';
import type { RecordCursor } from './records.ts';
import { RrType } from './registry.ts';

/** The first 96 bits of a prefix whose last 32 bits are an IPv4 address: three words. */
export type TranslationPrefix = Uint32Array;

/** The well-known prefix of NAT64, 64:ff9b::/96 (RFC 6052 section 2.1). */
const WELL_KNOWN: TranslationPrefix = Uint32Array.of(0x64_ff9b, 0, 0);
/** ::ffff:0:0/96, IPv4-mapped addresses (RFC 4291 section 2.5.5.2). */
const MAPPED: TranslationPrefix = Uint32Array.of(0, 0, 0xffff);

const IPV4_HINT = 4;
const IPV6_HINT = 6;

export interface AnswerAddress {
  family: 4 | 6;
  readonly words: Uint32Array;
}

/** An instance is reused for many answers: nothing may keep it or what it holds. */
export class AnswerAddresses {
  count = 0;
  #message: Uint8Array = new Uint8Array(0);
  #nat64: readonly TranslationPrefix[] = [];
  readonly #addresses: AnswerAddress[] = [];

  /** `nat64` are prefixes besides the well-known one. */
  start(message: Uint8Array, nat64: readonly TranslationPrefix[]): void {
    this.#message = message;
    this.#nat64 = nat64;
    this.count = 0;
  }

  at(index: number): Readonly<AnswerAddress> {
    return this.#addresses[index]!;
  }

  /** Takes the addresses of a record; false when its RDATA is not of its type's form. */
  take({ type, rdataAt, end }: RecordCursor): boolean {
    if (type === RrType.A || type === RrType.AAAA) {
      const size = type === RrType.A ? 4 : 16;
      if (end - rdataAt !== size) return false;
      this.#takeList(rdataAt, end, size);
      return true;
    }
    return type !== RrType.SVCB && type !== RrType.HTTPS ? true : this.#takeHints(rdataAt, end);
  }

  /** RFC 9460 section 2.2: priority, target, then parameters: key, length, value. */
  #takeHints(rdataAt: number, end: number): boolean {
    const message = this.#message;
    let at = rdataAt + 2 > end ? -1 : skipName(message, rdataAt + 2, end);
    if (at < 0) return false;
    while (at + 4 <= end) {
      const key = readUint16(message, at);
      const start = at + 4;
      at = start + readUint16(message, at + 2);
      if (at > end) return false;
      const size = key === IPV4_HINT ? 4 : key === IPV6_HINT ? 16 : 0;
      if (size === 0) continue;
      this.#takeList(start, at, size);
      if ((at - start) % size !== 0) return false;
    }
    return at === end;
  }

  #takeList(start: number, end: number, size: number): void {
    for (let at = start; at + size <= end; at += size) {
      if (size === 4) this.#add(4, at);
      else this.#takeIpv6(at);
    }
  }

  #takeIpv6(at: number): void {
    // A mapped address is the IPv4 address; of a translated one both are of interest.
    if (this.#startsWith(at, MAPPED)) return this.#add(4, at + 12);
    this.#add(6, at);
    if (this.#isTranslated(at)) this.#add(4, at + 12);
  }

  #isTranslated(at: number): boolean {
    if (this.#startsWith(at, WELL_KNOWN)) return true;
    for (let i = 0; i < this.#nat64.length; i++) {
      if (this.#startsWith(at, this.#nat64[i]!)) return true;
    }
    return false;
  }

  #startsWith(at: number, words: TranslationPrefix): boolean {
    for (let i = 0; i < 3; i++) {
      if (readUint32(this.#message, at + 4 * i) !== words[i]) return false;
    }
    return true;
  }

  #add(family: 4 | 6, at: number): void {
    this.#addresses[this.count] ??= { family: 4, words: new Uint32Array(4) };
    const address = this.#addresses[this.count++]!;
    address.family = family;
    for (let i = 0; i < 4; i++) {
      address.words[i] = family === 6 || i === 0 ? readUint32(this.#message, at + 4 * i) : 0;
    }
  }
}
