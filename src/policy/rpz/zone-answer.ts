/**
 * Names inside a policy zone that its aliases lead to, answered from the zone: `CNAME garden` in
 * `rpz.example` leads to the records of `garden.rpz.example`, which no server outside knows.
 */

import type { InsideAnswer, OwnedRecord } from '../../decision/verdict.ts';
import { lowerName } from '../../wire/name.ts';
import { Rcode, RrType } from '../../wire/registry.ts';
import type { RuleTable } from '../rules/rule-table.ts';
import { ROOT } from '../zone-text/name-text.ts';
import type { RpzImage } from './rpz-image.ts';

/** Aliases that are followed inside the zone. */
const MAX_STEPS = 16;

/** Answers for a name that the alias of the rule `entry` leads to. */
export class ZoneAnswers {
  readonly #apex: Uint8Array;
  readonly #relative: ReadonlySet<number>;
  readonly #rules: RuleTable;

  constructor({ soa, relative }: Pick<RpzImage, 'soa' | 'relative'>, rules: RuleTable) {
    this.#apex = soa?.owner ?? ROOT;
    this.#relative = relative;
    this.#rules = rules;
  }

  /** The records of the name in the zone; undefined for one outside of the zone. */
  find(target: Uint8Array, entry: number, qtype: number): InsideAnswer | undefined {
    let name = this.#inside(target, entry);
    if (name === undefined) return undefined;
    const records: OwnedRecord[] = [];
    let owner = target;
    for (let step = 0; step < MAX_STEPS; step++) {
      const found = this.#rules.entryInZone(name);
      // The zone's own name has records, which are no rules.
      if (found < 0 && name.length > 1) return { rcode: Rcode.NXDOMAIN, records, next: undefined };
      const data = this.#rules.recordsOf(found);
      for (const record of data) {
        if (answersType(record.type, qtype)) records.push({ owner, record });
      }
      const alias = data.find(({ type }) => type === RrType.CNAME);
      if (alias === undefined) return { rcode: Rcode.NOERROR, records, next: undefined };
      owner = alias.rdata;
      name = this.#inside(owner, found);
      if (name === undefined) return { rcode: Rcode.NOERROR, records, next: owner };
    }
    return { rcode: Rcode.SERVFAIL, records, next: undefined };
  }

  /** The name as the rules have it; undefined for one outside of the zone. */
  #inside(name: Uint8Array, entry: number): Uint8Array | undefined {
    const lower = lowerName(name);
    if (this.#apex.length === 1) return this.#relative.has(entry) ? lower : undefined;
    const at = apexAt(lower, this.#apex);
    return at < 0 ? undefined : Uint8Array.of(...lower.subarray(0, at), 0);
  }
}

function answersType(type: number, qtype: number): boolean {
  return type === qtype || type === RrType.CNAME;
}

/** Where the zone's name begins in a lower-case name; -1 outside of the zone. */
function apexAt(lower: Uint8Array, apex: Uint8Array): number {
  const at = lower.length - apex.length;
  let label = 0;
  while (label < at) label += lower[label]! + 1;
  if (label !== at) return -1;
  for (let i = 0; i < apex.length; i++) if (lower[at + i] !== apex[i]) return -1;
  return at;
}
