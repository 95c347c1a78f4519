/** Domains to upstream groups, by longest suffix. */

import type { Entry } from '../config/kind.ts';
import type { Problem } from '../config/problem.ts';
import type { Verdict, VerdictTable } from '../decision/verdict.ts';
import type { HashedName } from '../wire/hashed-name.ts';
import { lowerName, parentName, parseName } from '../wire/name.ts';
import { pastedProblem } from '../wire/pasted-name.ts';
import type { Query } from '../wire/query.ts';
import { Ede, Opcode, RrType } from '../wire/registry.ts';
import type { UpstreamVerdicts } from './layers/upstream.ts';
import { NameTable } from './rules/name-table.ts';

/** Where the queries below a domain go. */
export interface Route {
  /** Name of the upstream group. */
  readonly group: string;
  /** What an upstream's answer is recorded as. */
  readonly forwarded: Verdict;
  /** The verdict for a stale answer, by its rcode (RFC 8914 sections 4.4, 4.20). */
  readonly stale: { readonly data: Verdict; readonly nxdomain: Verdict };
  /** What else can come of asking the group. */
  readonly verdicts: UpstreamVerdicts;
}

/** No route is a suffix of the name. */
export const NO_ROUTE = -1;

export class RouteTable {
  readonly #names: NameTable = new NameTable();
  readonly #routes: Route[] = [];
  /** The names above those of the routes. */
  readonly #above: NameTable = new NameTable();
  /** Labels of the route that has most: longer suffixes need not be looked up. */
  #mostLabels = 0;

  /** Adds a route; a key that is no name or stands twice is added to `problems`. */
  add(
    { key, place, value }: Entry<string>,
    upstream: UpstreamVerdicts,
    verdicts: VerdictTable,
    problems: Problem[],
  ): void {
    const pasted = pastedProblem(key);
    if (pasted !== undefined) {
      problems.push({ ...place, message: `routes: ${pasted}` });
      return;
    }
    const wire = parseName(key);
    if (typeof wire === 'string') {
      problems.push({ ...place, message: `routes: "${key}" has ${wire}; expect a domain name` });
      return;
    }
    const name = lowerName(wire);
    const entry = this.#names.add(name, false);
    if (this.#routes[entry] !== undefined) {
      problems.push({ ...place, message: `routes names ${key} twice; expect it once` });
      return;
    }
    let labels = 0;
    for (let above = parentName(name); above !== undefined; above = parentName(above)) {
      this.#above.add(above, false);
      labels++;
    }
    this.#mostLabels = Math.max(this.#mostLabels, labels);
    const rule = { id: `routes ${key}`, file: place.file, line: place.line, implicit: false };
    const forward = (ede?: number) =>
      verdicts.add({
        layer: 'upstream',
        action: 'forward',
        rule,
        ...(ede !== undefined && { ede }),
      });
    this.#routes[entry] = {
      group: value,
      forwarded: forward(),
      stale: { data: forward(Ede.STALE_ANSWER), nxdomain: forward(Ede.STALE_NXDOMAIN_ANSWER) },
      verdicts: upstream,
    };
  }

  /**
   * The label at which the route of the question begins, or NO_ROUTE: that of the longest suffix
   * of the name. The DS records of a zone are its parent's (RFC 4035 section 3.1.4.1): whoever
   * serves the parent is asked, where a route names it.
   */
  depthOf(query: Query): number {
    const own = this.#depthFrom(query, 0);
    if (own !== 0 || !asksForDs(query)) return own;
    const parent = this.#depthFrom(query, 1);
    return parent === NO_ROUTE ? own : parent;
  }

  #depthFrom(name: HashedName, first: number): number {
    const longest = Math.max(first, name.labels - this.#mostLabels);
    for (let depth = longest; depth <= name.labels; depth++) {
      if (this.#names.find(name, depth, false) >= 0) return depth;
    }
    return NO_ROUTE;
  }

  find(query: Query): Route | undefined {
    const depth = this.depthOf(query);
    return depth === NO_ROUTE ? undefined : this.#routes[this.#names.find(query, depth, false)];
  }

  /** Whether there is a route for the very name. */
  has(name: HashedName): boolean {
    return this.#names.find(name, 0, false) >= 0;
  }

  /** Whether there is one for the name or below it, so that the name exists. */
  hasAtOrBelow(name: HashedName): boolean {
    return this.has(name) || this.#above.find(name, 0, false) >= 0;
  }
}

function asksForDs({ qtype, opcode }: Query): boolean {
  return qtype === RrType.DS && opcode === Opcode.QUERY;
}
