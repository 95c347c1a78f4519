/** Rules by name: for each a code, its line, and for some the types and records that go with it. */

import { HashedName } from '../../wire/hashed-name.ts';
import { MAX_LABELS } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import type { RecordData } from '../../wire/response.ts';
import { MarkedEntries } from './marked-entries.ts';
import { NameTable, type NameTableImage } from './name-table.ts';
import { resized, sharedUint16, sharedUint32 } from './shared-array.ts';

/** A rule that comes near to a query, and why it is not for it. */
export interface NearRule {
  readonly code: number;
  readonly why: string;
}

/** No rule matches. */
export const NO_RULE = -1;

/** Codes are below this number. */
export const MAX_CODES = 0xffff;

const FIRST_LENGTH = 64;

/** In place of a number of names: wildcards match whatever names are below them. */
const PLAIN = -1;

/** Rules in memory that threads share. Nothing in it changes. */
export interface RuleImage {
  readonly names: NameTableImage;
  readonly codes: Uint16Array;
  readonly lines: Uint32Array;
  readonly types: ReadonlyMap<number, ReadonlySet<number>>;
  readonly records: ReadonlyMap<number, readonly RecordData[]>;
  /** A name that is no wildcard stands for all names below it too. */
  readonly subtrees: boolean;
  /** There are wildcards among the names. */
  readonly wildcards: boolean;
  /** Names without a rule that keep wildcards above them from matching; -1: none of the names does. */
  readonly bare: number;
  /** Of subtrees: 1 for each name that stands for itself alone; undefined when none does. */
  readonly exact: Uint8Array | undefined;
}

export class RuleTable {
  readonly #names: NameTable;
  /** Code + 1 of each entry; 0 is an entry without a rule yet. */
  #codes: Uint16Array = sharedUint16(FIRST_LENGTH);
  #lines: Uint32Array = sharedUint32(FIRST_LENGTH);
  readonly #types: Map<number, ReadonlySet<number>>;
  readonly #records: Map<number, RecordData[]>;
  readonly #subtrees: boolean;
  #wildcards: boolean;
  #bare: number;
  /** Labels of the shortest name that has a wildcard, of those added here. */
  #shallowest: number = MAX_LABELS;
  readonly #exact: MarkedEntries;

  /** An empty table, or one that another thread has filled. */
  constructor(image?: RuleImage, subtrees: boolean = image?.subtrees ?? false) {
    this.#subtrees = subtrees;
    this.#wildcards = image?.wildcards ?? false;
    this.#bare = image?.bare ?? PLAIN;
    this.#exact = new MarkedEntries(image?.exact);
    this.#names = new NameTable(image?.names);
    this.#types = new Map(image?.types);
    this.#records = new Map(image?.records as ReadonlyMap<number, RecordData[]> | undefined);
    if (image === undefined) return;
    this.#codes = image.codes;
    this.#lines = image.lines;
  }

  get image(): RuleImage {
    return {
      names: this.#names.image,
      codes: this.#codes.subarray(0, this.#names.count),
      lines: this.#lines.subarray(0, this.#names.count),
      types: this.#types,
      records: this.#records,
      subtrees: this.#subtrees,
      wildcards: this.#wildcards,
      bare: this.#bare,
      exact: this.#exact.image(this.#names.count),
    };
  }

  /** Makes room in an empty table for so many rules, whose names have so many octets in all. */
  reserve(rules: number, octets: number): void {
    this.#names.reserve(rules, octets);
    this.#codes = sharedUint16(rules);
    this.#lines = sharedUint32(rules);
  }

  /** All names that have a rule, in lower-case wire format. */
  names(): Iterable<Uint8Array> {
    return this.#names.names();
  }

  /** Number of names that have a rule. */
  get count(): number {
    return this.#names.count - Math.max(this.#bare, 0);
  }

  /**
   * From now on the names are read as those of a zone (RFC 4592 section 3.3.1): no wildcard matches
   * below a name that exists, be it only because there is one below it.
   */
  readAsZone(): void {
    if (!this.#wildcards) return;
    const before = this.#names.count;
    const name = new HashedName();
    let isAnyBelow = false;
    for (let entry = 0; entry < before; entry++) {
      const wire = this.nameOf(entry);
      // Most names of most zones are not below another name at all.
      if (labelsOf(wire) <= this.#shallowest) continue;
      name.take(wire, 0, wire.length);
      const top = this.#topWildcard(name);
      if (top > 0) isAnyBelow = true;
      for (let depth = 0; depth < top; depth++)
        this.entry(wire.subarray(name.suffixAt(depth)), false);
    }
    this.#bare = isAnyBelow ? this.#names.count - before : PLAIN;
  }

  /** The depth at which the name nearest to the root stands that has a wildcard; 0 for none. */
  #topWildcard(name: HashedName): number {
    for (let depth = name.labels; depth > 0; depth--) {
      if (this.#names.find(name, depth, true) >= 0) return depth;
    }
    return 0;
  }

  /**
   * The rule for a lower-case name in wire format as a zone would find its records: its own or that
   * of a wildcard; negative when there is no such name.
   */
  entryInZone(wire: Uint8Array): number {
    const own = this.#names.entryOf(wire, false);
    let at = 0;
    let entry = own;
    while (entry < 0 && wire[at] !== 0) {
      at += wire[at]! + 1;
      entry = this.#names.entryOf(wire.subarray(at), true);
      if (entry < 0 && this.#names.entryOf(wire.subarray(at), false) >= 0) return entry;
    }
    return entry;
  }

  /** The number of the rule for a lower-case name in wire format, an old one or a new one. */
  entry(wire: Uint8Array, wildcard: boolean): number {
    const entry = this.#names.add(wire, wildcard);
    if (wildcard) {
      this.#wildcards = true;
      this.#shallowest = Math.min(this.#shallowest, labelsOf(wire));
    }
    if (entry >= this.#codes.length) {
      const room = Math.max(FIRST_LENGTH, entry * 2);
      this.#codes = resized(this.#codes, room);
      this.#lines = resized(this.#lines, room);
    }
    return entry;
  }

  /** The number of the rule for a name as `entry` takes it; negative when there is none. */
  entryOf(wire: Uint8Array, wildcard: boolean): number {
    return this.#names.entryOf(wire, wildcard);
  }

  /** The name that a rule is for, without the asterisk of a wildcard. */
  nameOf(entry: number): Uint8Array {
    return this.#names.nameOf(entry);
  }

  isSet(entry: number): boolean {
    return this.#codes[entry] !== 0;
  }

  set(entry: number, code: number, line: number): void {
    this.#codes[entry] = code + 1;
    this.#lines[entry] = line;
  }

  /** The code of a rule; undefined for an entry without one. */
  codeOf(entry: number): number | undefined {
    return this.isSet(entry) ? this.#codes[entry]! - 1 : undefined;
  }

  /** Whether a name of a table of subtrees stands for itself alone. */
  isExact(entry: number): boolean {
    return this.#exact.has(entry);
  }

  setExact(entry: number, isExact: boolean): void {
    this.#exact.set(entry, isExact, this.#codes.length);
  }

  lineOf(entry: number): number {
    return this.#lines[entry]!;
  }

  /** The rule is only for queries of these types. */
  setTypes(entry: number, types: ReadonlySet<number>): void {
    this.#types.set(entry, types);
  }

  /** Undefined for a rule that is for all types. */
  typesOf(entry: number): ReadonlySet<number> | undefined {
    return this.#types.get(entry);
  }

  /** Adds to the records that the rule answers with. */
  addRecord(entry: number, record: RecordData): void {
    const records = this.#records.get(entry);
    if (records === undefined) this.#records.set(entry, [record]);
    else records.push(record);
  }

  recordsOf(entry: number): readonly RecordData[] {
    return this.#records.get(entry) ?? [];
  }

  /**
   * The code of the rule for the query, or NO_RULE: the exact name first, then the name above it
   * with the most labels. `query.match` is set to it. `name` is the one asked, or one that
   * it is an alias of.
   */
  find(query: Query, name: HashedName): number {
    query.match.name = name;
    for (let depth = 0; depth <= name.labels; depth++) {
      const isAbove = depth > 0;
      if (this.#wildcards && isAbove && this.#matches(query, depth, true)) return this.#code(query);
      if (isAbove && !this.#subtrees && this.#bare === PLAIN) continue;
      if (this.#matches(query, depth, false)) {
        // In a zone a name that exists hides the wildcards above it.
        return isAbove && !this.#subtrees ? NO_RULE : this.#code(query);
      }
    }
    return NO_RULE;
  }

  /**
   * The rule nearest to the query's name of those that are not for it: for other types, or for
   * names at another place in the tree. `query.match` is set to it. Only for readers.
   */
  findNear(query: Query): NearRule | undefined {
    query.match.name = query;
    for (let depth = 0; depth <= query.labels; depth++) {
      for (const wildcard of [true, false]) {
        const entry = this.#names.find(query, depth, wildcard);
        if (entry < 0 || !this.isSet(entry)) continue;
        this.#note(query, depth, wildcard, entry);
        return { code: this.#code(query), why: this.#whyNot(query) };
      }
    }
    return undefined;
  }

  #whyNot(query: Query): string {
    const { depth, wildcard, entry } = query.match;
    if (!this.#concerns(entry, query)) return 'is for other types';
    if (wildcard && depth > 0) return 'does not reach below a name that its zone has';
    if (wildcard) return 'is for the names below it, not for itself';
    return depth > 0 ? 'is for that name alone, not for those below it' : 'is for the name';
  }

  #matches(query: Query, depth: number, wildcard: boolean): boolean {
    const entry = this.#names.find(query.match.name, depth, wildcard);
    if (entry < 0 || !this.#concerns(entry, query)) return false;
    if (depth > 0 && !wildcard && this.isExact(entry)) return false;
    this.#note(query, depth, wildcard, entry);
    return true;
  }

  #note({ match }: Query, depth: number, wildcard: boolean, entry: number): void {
    match.trigger = 'qname';
    match.depth = depth;
    match.wildcard = wildcard;
    match.line = this.#lines[entry]!;
    match.entry = entry;
  }

  #code({ match }: Query): number {
    return this.#codes[match.entry]! - 1;
  }

  #concerns(entry: number, query: Query): boolean {
    return this.#types.size === 0 || this.#types.get(entry)?.has(query.qtype) !== false;
  }
}

function labelsOf(wire: Uint8Array): number {
  let labels = 0;
  for (let at = 0; wire[at] !== 0; at += wire[at]! + 1) labels++;
  return labels;
}
