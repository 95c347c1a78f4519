/** What stands between a record's owner and its RDATA (RFC 1035 section 5.1). */

import { parseClass, parseType, RrClass, RrType } from '../../wire/registry.ts';
import { isDigit, MAX_TTL, readSeconds, TTL_EXPECTED } from './number-text.ts';
import type { ZoneScanner } from './zone-scanner.ts';

/** The usual mnemonics, by their length: no two have the same. */
const QUICK: readonly ({ word: Uint8Array; type: number } | undefined)[] = [
  undefined,
  quick('a', RrType.A),
  undefined,
  quick('txt', RrType.TXT),
  quick('aaaa', RrType.AAAA),
  quick('cname', RrType.CNAME),
];

const IN = letters('in');

const CASE_BIT = 0x20;

/** TTL and class in either order, each or both left out; then the type. Reused for each record. */
export class RecordHead {
  /** -1 when the record does not have it. */
  ttl = -1;
  /** -1 when the record does not have it. */
  rrClass = -1;
  type = 0;
  /** The first field behind the type; with a fault, the field that is wrong. */
  field = 0;
  fault = '';

  /** Reads from `field` on; false with a fault. */
  read(scanner: ZoneScanner, field: number): boolean {
    this.ttl = -1;
    this.rrClass = -1;
    for (this.field = field; this.field < scanner.count; this.field++) {
      const quickType = matchQuick(scanner, this.field);
      if (quickType !== 0) {
        this.type = quickType;
        this.field++;
        return true;
      }
      const first = scanner.octets[scanner.at[this.field]!]!;
      if (isDigit(first) && this.ttl < 0) {
        if (!this.#readTtl(scanner)) return false;
      } else if (!this.#readClass(scanner)) {
        return this.#readType(scanner);
      }
    }
    return this.#fail('a record without a type; expect TTL and class or neither, then a type');
  }

  #readTtl(scanner: ZoneScanner): boolean {
    const at = scanner.at[this.field]!;
    this.ttl = readSeconds(scanner.octets, at, scanner.end[this.field]!);
    if (this.ttl >= 0 && this.ttl <= MAX_TTL) return true;
    return this.#fail(`"${scanner.format(this.field)}" is not a TTL; expect ${TTL_EXPECTED}`);
  }

  #readClass(scanner: ZoneScanner): boolean {
    if (this.rrClass >= 0) return false;
    this.rrClass = isWord(scanner, this.field, IN)
      ? RrClass.IN
      : (parseClass(scanner.format(this.field)) ?? -1);
    return this.rrClass >= 0;
  }

  #readType(scanner: ZoneScanner): boolean {
    const text = scanner.format(this.field);
    const type = parseType(text);
    if (type === undefined) {
      return this.#fail(`"${text}" is not a type; expect one like CNAME or TYPE65280`);
    }
    if (isMeta(type)) {
      return this.#fail(`"${text}" is a type for queries; expect one that a zone can hold`);
    }
    this.type = type;
    this.field++;
    return true;
  }

  #fail(fault: string): false {
    this.fault = fault;
    return false;
  }
}

function matchQuick(scanner: ZoneScanner, field: number): number {
  const entry = QUICK[scanner.end[field]! - scanner.at[field]!];
  return entry !== undefined && isWord(scanner, field, entry.word) ? entry.type : 0;
}

/** Whether a field is a word of lower-case letters, in any case. */
function isWord(scanner: ZoneScanner, field: number, word: Uint8Array): boolean {
  const at = scanner.at[field]!;
  if (scanner.end[field]! - at !== word.length) return false;
  for (let i = 0; i < word.length; i++) {
    if ((scanner.octets[at + i]! | CASE_BIT) !== word[i]) return false;
  }
  return true;
}

function quick(word: string, type: number): { word: Uint8Array; type: number } {
  return { word: letters(word), type };
}

function letters(word: string): Uint8Array {
  return new TextEncoder().encode(word);
}

/** RFC 6895 section 3.1: 0, OPT and 128 to 255 are no types of data. */
function isMeta(type: number): boolean {
  return type === 0 || type === RrType.OPT || (type >= 128 && type <= 255);
}
