/** Verdicts of a policy that was read from another program's files: the same one for the same reason. */

import type { Place } from '../config/problem.ts';
import {
  builtIn,
  type Rule,
  type Verdict,
  type VerdictSpec,
  VerdictTable,
} from '../decision/verdict.ts';

export class Verdicts {
  readonly table: VerdictTable = new VerdictTable();
  readonly #known: Map<string, Verdict> = new Map();

  of(spec: VerdictSpec): Verdict {
    const key = keyOf(spec);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const verdict = this.table.add(spec);
    this.#known.set(key, verdict);
    return verdict;
  }
}

/** It is made for every question that is decided: JSON of it all would take longer than the decision. */
function keyOf(spec: VerdictSpec): string {
  const { layer, action, rule, rcode, ede, recursionAvailable, authoritative, records } = spec;
  const told = `${layer} ${action} ${rcode} ${ede} ${recursionAvailable} ${authoritative}`;
  const data = records?.map(({ type, ttl, rdata }) => `${type} ${ttl} ${hex(rdata)}`).join() ?? '';
  return `${told} ${rule.line} ${rule.file} ${rule.id} ${data} ${hasMore(spec) ? moreOf(spec) : ''}`;
}

/** What is in the key by itself. */
const IN_KEY: ReadonlySet<string> = new Set(
  'layer action rule rcode ede recursionAvailable authoritative records'.split(' '),
);

function hasMore(spec: VerdictSpec): boolean {
  for (const name in spec) {
    if (!IN_KEY.has(name) && spec[name as keyof VerdictSpec] !== undefined) return true;
  }
  return false;
}

function moreOf(spec: VerdictSpec): string {
  const more = Object.entries(spec).filter(([name]) => !IN_KEY.has(name));
  return JSON.stringify(Object.fromEntries(more));
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

/** A rule that stands in a file of theirs; without a place it is a default that nobody wrote. */
export function ruleAt(id: string, place: Place | undefined): Rule {
  if (place === undefined) return builtIn(id, true);
  return { id, file: place.file, line: place.line, implicit: false };
}
