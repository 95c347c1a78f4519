/** Domains to upstream groups, by longest suffix. */

import type { Entry } from '../config/kind.ts';
import type { Problem } from '../config/problem.ts';
import type { Verdict, VerdictTable } from '../decision/verdict.ts';
import type { HashedName } from '../wire/hashed-name.ts';
import { lowerName, parseName } from '../wire/name.ts';
import { Ede } from '../wire/registry.ts';
import type { UpstreamVerdicts } from './layers/upstream.ts';
import { NameTable } from './rules/name-table.ts';

/** Where the queries below a domain go. */
export interface Route {
  /** Name of the upstream group. */
  readonly group: string;
  /** What an upstream's answer is recorded as. */
  readonly forwarded: Verdict;
  /** What an answer after its time is recorded as, by what it says (RFC 8914 sections 4.4, 4.20). */
  readonly stale: { readonly data: Verdict; readonly nxdomain: Verdict };
  /** What else can come of asking the group. */
  readonly verdicts: UpstreamVerdicts;
}

/** No route is a suffix of the name. */
export const NO_ROUTE = -1;

export class RouteTable {
  readonly #names: NameTable = new NameTable();
  readonly #routes: Route[] = [];

  /** Adds a route; a key that is no name or stands twice is added to `problems`. */
  add(
    { key, place, value }: Entry<string>,
    upstream: UpstreamVerdicts,
    verdicts: VerdictTable,
    problems: Problem[],
  ): void {
    const wire = parseName(key);
    if (typeof wire === 'string') {
      problems.push({ ...place, message: `routes: "${key}" has ${wire}; expect a domain name` });
      return;
    }
    const entry = this.#names.add(lowerName(wire), false);
    if (this.#routes[entry] !== undefined) {
      problems.push({ ...place, message: `routes names ${key} twice; expect it once` });
      return;
    }
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

  /** The label at which the longest matching suffix of the name begins, or NO_ROUTE. */
  depthOf(name: HashedName): number {
    for (let depth = 0; depth <= name.labels; depth++) {
      if (this.#names.find(name, depth, false) >= 0) return depth;
    }
    return NO_ROUTE;
  }

  find(name: HashedName): Route | undefined {
    const depth = this.depthOf(name);
    return depth === NO_ROUTE ? undefined : this.#routes[this.#names.find(name, depth, false)];
  }
}
