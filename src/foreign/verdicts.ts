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
    const { records = [], ...rest } = spec;
    const data = records.map(({ type, ttl, rdata }) => [
      type,
      ttl,
      Buffer.from(rdata).toString('hex'),
    ]);
    const key = JSON.stringify([rest, data]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const verdict = this.table.add(spec);
    this.#known.set(key, verdict);
    return verdict;
  }
}

/** A rule that stands in a file of theirs; without a place it is a default that nobody wrote. */
export function ruleAt(id: string, place: Place | undefined): Rule {
  if (place === undefined) return builtIn(id, true);
  return { id, file: place.file, line: place.line, implicit: false };
}
