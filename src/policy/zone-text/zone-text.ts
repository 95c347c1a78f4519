/** Zone files (RFC 1035 section 5, RFC 2308 section 4), read octet by octet. */

import { LOWER } from '../../wire/name.ts';
import { RrClass, RrType } from '../../wire/registry.ts';
import { AS_WRITTEN, NameText, ROOT } from './name-text.ts';
import { MAX_TTL, readSeconds, TTL_EXPECTED } from './number-text.ts';
import { parseRdata } from './rdata.ts';
import { RecordHead } from './record-head.ts';
import { type Names, type ReadText, ZoneInput } from './zone-input.ts';
import type { ZoneProblems } from './zone-problems.ts';
import type { ZoneScanner } from './zone-scanner.ts';

/** What a zone's text stands in: its name, and how to read the files that it includes. */
export interface ZoneFile {
  /** As problems show it; the files that it includes start from its folder. */
  readonly file: string;
  readonly readText?: ReadText;
}

const NO_FILE: ZoneFile = { file: '<text>' };

const DIRECTIVES = '$ORIGIN, $TTL, $INCLUDE, $GENERATE, or \\$ for a name that starts so';

const QUOTE = 0x22;
const DOLLAR = 0x24;
const BACKSLASH = 0x5c;

/**
 * One record of a zone file at a time. An instance's fields are reused: nothing may keep them.
 *
 *     while (reader.next()) …
 *     if (reader.problems.count > 0) …
 */
export class ZoneReader {
  /** The line on which the record starts. */
  line = 0;
  /** The owner: absolute, in lower case, in wire format. */
  readonly owner: Uint8Array;
  ttl = 0;
  /** The record states its TTL, or `$TTL` does. */
  isTtlStated = false;
  type = 0;
  rrClass: number = RrClass.IN;
  /** A CNAME's target: absolute, in lower case, in wire format. */
  readonly target: Uint8Array;
  /** Octets of the target, the root label included; 0 for other types. */
  targetLength = 0;

  readonly #input: ZoneInput;
  #scanner: ZoneScanner;
  readonly #head: RecordHead = new RecordHead();
  readonly #owner: NameText = new NameText(LOWER);
  readonly #target: NameText = new NameText(LOWER);
  #origin: Uint8Array;
  #hasOrigin = false;
  #hasSoa = false;
  /** -1 until a directive sets it. */
  #defaultTtl = -1;
  /** -1 until the SOA record sets it. */
  #minimumTtl = -1;
  /** The TTL last stated. */
  #lastTtl = 0;

  /** `origin` is an absolute name in wire format: what relative names are relative to. */
  constructor(
    octets: Uint8Array,
    origin: Uint8Array = ROOT,
    { file, readText }: ZoneFile = NO_FILE,
  ) {
    this.#input = new ZoneInput(octets, file, readText);
    this.#scanner = this.#input.scanner;
    this.#origin = origin;
    this.owner = this.#owner.octets;
    this.target = this.#target.octets;
  }

  /** Octets of the owner, the root label included. */
  get ownerLength(): number {
    return this.#owner.length;
  }

  /** The text of a CNAME's target did not end in a dot. */
  get isTargetRelative(): boolean {
    return this.targetLength > 0 && !this.#target.isAbsolute;
  }

  /** The files read so far: the zone's own, then those that it includes. */
  get files(): readonly string[] {
    return this.#input.files;
  }

  /** Which of the files the record is in. */
  get file(): number {
    return this.#input.file;
  }

  /** What cannot be used. */
  get problems(): ZoneProblems {
    return this.#input.problems;
  }

  /** Goes to the next record; false at the end of the text. What is no record is a problem. */
  next(): boolean {
    do {
      while (this.#scanner.next()) {
        this.line = this.#input.line;
        if (this.#scanner.fault !== '')
          this.#input.report(this.#scanner.faultAt, this.#scanner.fault);
        else if (this.#isDirective()) this.#readDirective();
        else if (this.#readRecord()) return true;
      }
    } while (this.#leave());
    return false;
  }

  /** Goes on behind an included file. What it changed of the names does not count there. */
  #leave(): boolean {
    const names = this.#input.leave();
    if (names === undefined) return false;
    this.#scanner = this.#input.scanner;
    this.#owner.set(names.owner);
    this.#origin = names.origin;
    return true;
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
    this.isTtlStated = head.ttl >= 0 || this.#defaultTtl >= 0;
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
      target.isAbsolute = true;
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
      this.#input.moveTo(this.#origin);
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
    if (scanner.startsBlank || scanner.octets[scanner.at[0]!] !== DOLLAR) return false;
    return !this.#input.isGenerated;
  }

  #readDirective(): void {
    const name = this.#scanner.format(0);
    switch (name.toUpperCase()) {
      case '$ORIGIN':
        return this.#readOrigin();
      case '$TTL':
        return this.#readDefaultTtl();
      case '$INCLUDE':
        return this.#readInclude();
      case '$GENERATE':
        return this.#readGenerate();
      default:
        return this.#reportField(0, `"${name}" is not a directive; expect ${DIRECTIVES}`);
    }
  }

  #readOrigin(): void {
    if (!this.#hasArguments(1, 'a name')) return;
    const origin = this.#readOriginAt(1);
    if (origin === undefined) return;
    this.#origin = origin;
    this.#hasOrigin = true;
  }

  #readOriginAt(field: number): Uint8Array | undefined {
    const name = new NameText(AS_WRITTEN);
    return this.#readName(name, field) ? name.octets.slice(0, name.length) : undefined;
  }

  #readInclude(): void {
    if (!this.#hasArguments(2, 'a file, and a name where names in it are relative to another'))
      return;
    const hasOrigin = this.#scanner.count > 2;
    const origin = hasOrigin ? this.#readOriginAt(2) : this.#origin;
    if (origin === undefined) return;
    const wrong = this.#input.include(1, this.#names);
    if (wrong !== undefined) return this.#reportField(1, wrong);
    this.#scanner = this.#input.scanner;
    this.#owner.length = 0;
    this.#origin = origin;
    if (hasOrigin) this.#hasOrigin = true;
  }

  #readGenerate(): void {
    const wrong = this.#input.generate(this.#names);
    if (wrong !== undefined) return this.#reportField(wrong.field, wrong.message);
    this.#scanner = this.#input.scanner;
  }

  get #names(): Names {
    return { origin: this.#origin, owner: this.owner.slice(0, this.ownerLength) };
  }

  #readDefaultTtl(): void {
    const scanner = this.#scanner;
    if (!this.#hasArguments(1, 'a TTL')) return;
    const ttl = readSeconds(scanner.octets, scanner.textAt(1), scanner.textEnd(1));
    if (ttl >= 0 && ttl <= MAX_TTL) this.#defaultTtl = ttl;
    else this.#reportField(1, `"${scanner.format(1)}" is not a TTL; expect ${TTL_EXPECTED}`);
  }

  /** Whether the directive has one value at least, and `most` at most. */
  #hasArguments(most: 1 | 2, expected: string): boolean {
    const { count } = this.#scanner;
    if (count >= 2 && count <= most + 1) return true;
    const directive = this.#scanner.format(0);
    const what =
      count < 2 ? 'without a value' : `with more than ${most === 1 ? 'one value' : 'two values'}`;
    this.#reportField(Math.min(count, most + 1), `${directive} ${what}; expect ${expected}`);
    return false;
  }

  /** Reports a problem with a field; one behind the last stands where the entry ends. */
  #reportField(field: number, message: string): void {
    const { at, end, count } = this.#scanner;
    this.#input.report(field < count ? at[field]! : end[count - 1]!, message);
  }
}
