/** Zone files (RFC 1035 section 5, RFC 2308 section 4), read octet by octet. */

import { LOWER } from '../../wire/name.ts';
import { RrClass, RrType } from '../../wire/registry.ts';
import { AS_WRITTEN, NameText, ROOT } from './name-text.ts';
import { MAX_TTL, readSeconds, TTL_EXPECTED } from './number-text.ts';
import { parseRdata } from './rdata.ts';
import { RecordHead } from './record-head.ts';
import { ZoneScanner } from './zone-scanner.ts';

/** Something in a zone file that cannot be used: line and column count from 1. */
export interface ZoneProblem {
  readonly line: number;
  readonly column: number;
  /** What is wrong, and what was expected. */
  readonly message: string;
}

/** Problems that are kept; the others are only counted. */
const MAX_PROBLEMS = 100;

const QUOTE = 0x22;
const DOLLAR = 0x24;
const BACKSLASH = 0x5c;

/**
 * One record of a zone file at a time. An instance's fields are reused: nothing may keep them.
 *
 *     while (reader.next()) …
 *     if (reader.problemCount > 0) …
 */
export class ZoneReader {
  /** The line on which the record starts. */
  line = 0;
  /** The owner: absolute, in lower case, in wire format. */
  readonly owner: Uint8Array;
  ttl = 0;
  type = 0;
  rrClass: number = RrClass.IN;
  /** A CNAME's target: absolute, in lower case, in wire format. */
  readonly target: Uint8Array;
  /** Octets of the target, the root label included; 0 for other types. */
  targetLength = 0;
  /** The first of the problems. */
  readonly problems: ZoneProblem[] = [];
  /** Problems in all. */
  problemCount = 0;

  readonly #scanner: ZoneScanner;
  readonly #head: RecordHead = new RecordHead();
  readonly #owner: NameText = new NameText(LOWER);
  readonly #target: NameText = new NameText(LOWER);
  #origin: Uint8Array;
  #hasOrigin = false;
  #hasSoa = false;
  /** -1 until a directive says it. */
  #defaultTtl = -1;
  /** -1 until the SOA record says it. */
  #minimumTtl = -1;
  /** The TTL last stated. */
  #lastTtl = 0;

  /** `origin` is an absolute name in wire format: what relative names are relative to. */
  constructor(octets: Uint8Array, origin: Uint8Array = ROOT) {
    this.#scanner = new ZoneScanner(octets);
    this.#origin = origin;
    this.owner = this.#owner.octets;
    this.target = this.#target.octets;
  }

  /** Octets of the owner, the root label included. */
  get ownerLength(): number {
    return this.#owner.length;
  }

  /** Goes to the next record; false at the end of the file. What is no record is a problem. */
  next(): boolean {
    const scanner = this.#scanner;
    while (scanner.next()) {
      this.line = scanner.line;
      if (scanner.fault !== '') this.#report(scanner.faultAt, scanner.fault);
      else if (this.#isDirective()) this.#readDirective();
      else if (this.#readRecord()) return true;
    }
    return false;
  }

  /** The RDATA, names in it absolute and their case kept; undefined when it is a problem. */
  rdata(): Uint8Array | undefined {
    const { field, type } = this.#head;
    const rdata = parseRdata(type, this.#scanner.tokens(field), this.#origin);
    if (rdata instanceof Uint8Array) return rdata;
    this.#reportField(field + rdata.field, rdata.message);
    return undefined;
  }

  #readRecord(): boolean {
    const scanner = this.#scanner;
    const head = this.#head;
    if (!this.#readOwner()) return false;
    if (!head.read(scanner, scanner.startsBlank ? 0 : 1)) {
      this.#reportField(head.field, head.fault);
      return false;
    }
    this.type = head.type;
    this.targetLength = 0;
    if (head.rrClass >= 0) this.rrClass = head.rrClass;
    if (head.ttl >= 0) this.#lastTtl = head.ttl;
    if (head.type === RrType.CNAME && !this.#readTarget()) return false;
    if (head.type === RrType.SOA && !this.#hasSoa && !this.#readSoa()) return false;
    this.ttl = head.ttl >= 0 ? head.ttl : this.#impliedTtl();
    return true;
  }

  #readOwner(): boolean {
    const scanner = this.#scanner;
    if (!scanner.startsBlank) return this.#readName(this.#owner, 0);
    if (this.ownerLength > 0) return true;
    this.#reportField(0, 'no owner above to repeat; expect a name at the start of the line');
    return false;
  }

  #readName(name: NameText, field: number): boolean {
    const scanner = this.#scanner;
    const read = name.read(
      scanner.octets,
      scanner.textAt(field),
      scanner.textEnd(field),
      this.#origin,
    );
    if (!read) {
      const text = scanner.format(field);
      this.#reportField(field, `"${text}" is not a name; expect ${name.expected}`);
    }
    return read;
  }

  #readTarget(): boolean {
    const scanner = this.#scanner;
    const { field } = this.#head;
    const target = this.#target;
    const at = scanner.at[field]!;
    const first = scanner.octets[at];
    const isPlain = scanner.count === field + 1 && first !== BACKSLASH && first !== QUOTE;
    if (!isPlain || !target.read(scanner.octets, at, scanner.end[field]!, this.#origin)) {
      const rdata = this.rdata();
      if (rdata === undefined) return false;
      target.set(rdata);
    }
    this.targetLength = target.length;
    return true;
  }

  /**
   * Without $ORIGIN, an absolute owner of the SOA record is what operators mean by the zone:
   * nothing else names it. Its minimum is the TTL where none is stated and there is no $TTL.
   */
  #readSoa(): boolean {
    if (!this.#hasOrigin && this.#owner.isAbsolute) {
      this.#origin = this.owner.slice(0, this.ownerLength);
    }
    const rdata = this.rdata();
    if (rdata === undefined) return false;
    const minimum = new DataView(rdata.buffer).getUint32(rdata.length - 4);
    this.#minimumTtl = Math.min(minimum, MAX_TTL);
    this.#hasSoa = true;
    return true;
  }

  #impliedTtl(): number {
    if (this.#defaultTtl >= 0) return this.#defaultTtl;
    return this.#minimumTtl >= 0 ? this.#minimumTtl : this.#lastTtl;
  }

  #isDirective(): boolean {
    const scanner = this.#scanner;
    return !scanner.startsBlank && scanner.octets[scanner.at[0]!] === DOLLAR;
  }

  #readDirective(): void {
    const name = this.#scanner.format(0);
    const directive = name.toUpperCase();
    if (directive === '$ORIGIN') {
      this.#readOrigin();
    } else if (directive === '$TTL') {
      this.#readDefaultTtl();
    } else if (directive === '$INCLUDE' || directive === '$GENERATE') {
      this.#reportField(0, `${name} is not supported; expect $ORIGIN, $TTL or a record`);
    } else {
      const expected = '$ORIGIN, $TTL, or \\$ for a name that starts so';
      this.#reportField(0, `"${name}" is not a directive; expect ${expected}`);
    }
  }

  #readOrigin(): void {
    const name = new NameText(AS_WRITTEN);
    if (!this.#hasOneArgument('a name') || !this.#readName(name, 1)) return;
    this.#origin = name.octets.slice(0, name.length);
    this.#hasOrigin = true;
  }

  #readDefaultTtl(): void {
    const scanner = this.#scanner;
    if (!this.#hasOneArgument('a TTL')) return;
    const ttl = readSeconds(scanner.octets, scanner.textAt(1), scanner.textEnd(1));
    if (ttl >= 0 && ttl <= MAX_TTL) this.#defaultTtl = ttl;
    else this.#reportField(1, `"${scanner.format(1)}" is not a TTL; expect ${TTL_EXPECTED}`);
  }

  #hasOneArgument(expected: string): boolean {
    const { count } = this.#scanner;
    if (count === 2) return true;
    const directive = this.#scanner.format(0);
    const what = count < 2 ? 'without a value' : 'with more than one value';
    this.#reportField(Math.min(count, 2), `${directive} ${what}; expect ${expected}`);
    return false;
  }

  /** Reports a problem with a field; one behind the last stands where the entry ends. */
  #reportField(field: number, message: string): void {
    const { at, end, count } = this.#scanner;
    this.#report(field < count ? at[field]! : end[count - 1]!, message);
  }

  #report(at: number, message: string): void {
    this.problemCount++;
    if (this.problems.length === MAX_PROBLEMS) return;
    this.problems.push({ ...this.#scanner.placeOf(at), message });
  }
}
