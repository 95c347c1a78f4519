/** One policy: names and wildcards, each with what is done for it. */

import type { Verdict } from '../decision/verdict.ts';
import type { Query } from '../wire/query.ts';
import type { RecordData } from '../wire/response.ts';
import { NameTable } from './name-table.ts';

/** A rule that ends the search in all policies and lets the query pass (PASSTHRU). */
export const PASS = null;

/** What a policy says: a verdict, PASS, or undefined when no rule matches. */
export type PolicyAnswer = Verdict | typeof PASS | undefined;

export class NamePolicy {
  readonly name: string;
  readonly #table: NameTable = new NameTable();
  readonly #answers: PolicyAnswer[] = [];
  readonly #lines: number[] = [];
  readonly #types: Map<number, ReadonlySet<number>> = new Map();
  readonly #records: Map<number, RecordData[]> = new Map();

  constructor(name: string) {
    this.name = name;
  }

  /** Number of rules. */
  get count(): number {
    return this.#table.count;
  }

  /** The number of the rule for a lower-case name in wire format, an old one or a new one. */
  entry(wire: Uint8Array, wildcard: boolean): number {
    return this.#table.add(wire, wildcard);
  }

  isSet(entry: number): boolean {
    return this.#answers[entry] !== undefined;
  }

  lineOf(entry: number): number {
    return this.#lines[entry]!;
  }

  set(entry: number, answer: Verdict | typeof PASS, line: number): void {
    this.#answers[entry] = answer;
    this.#lines[entry] = line;
  }

  /** The rule is only for queries of these types. */
  setTypes(entry: number, types: ReadonlySet<number>): void {
    this.#types.set(entry, types);
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

  /** The exact name first, then the wildcard with the most labels; notes what it was. */
  judge(query: Query): PolicyAnswer {
    for (let depth = 0; depth <= query.labels; depth++) {
      const entry = this.#table.find(query, depth, depth > 0);
      if (entry < 0 || !this.#concerns(entry, query)) continue;
      query.match.depth = depth;
      query.match.wildcard = depth > 0;
      query.match.line = this.#lines[entry]!;
      query.match.entry = entry;
      return this.#answers[entry];
    }
    return undefined;
  }

  #concerns(entry: number, query: Query): boolean {
    return this.#types.size === 0 || this.#types.get(entry)?.has(query.qtype) !== false;
  }
}
