/** Domains to upstream groups, by longest suffix. */

import type { Entry } from '../config/kind.ts';
import type { Place, Problem } from '../config/problem.ts';
import type { Rule } from '../decision/verdict.ts';
import { lowerName, parseName } from '../wire/name.ts';
import type { Query } from '../wire/query.ts';
import { NameTable } from './name-table.ts';

/** Where the queries below a domain go. */
export interface Route {
  /** Name of the upstream group. */
  readonly group: string;
  /** What the record of a forwarded query names as its rule. */
  readonly rule: Rule;
}

/** No route is a suffix of the name. */
export const NO_ROUTE = -1;

export class RouteTable {
  readonly #names = new NameTable();
  readonly #routes: Route[] = [];

  constructor(routes: readonly Entry<string>[], problems: Problem[]) {
    for (const { key, place, value } of routes) {
      const wire = parseName(key);
      if (typeof wire === 'string') {
        problems.push({ ...place, message: `routes: "${key}" has ${wire}; expect a domain name` });
        continue;
      }
      const entry = this.#names.add(lowerName(wire), false);
      if (this.#routes[entry] === undefined) {
        this.#routes[entry] = { group: value, rule: toRule(key, place) };
      } else {
        problems.push({ ...place, message: `routes names ${key} twice; expect it once` });
      }
    }
  }

  /** The label at which the longest matching suffix of the query's name begins, or NO_ROUTE. */
  depthOf(query: Query): number {
    for (let depth = 0; depth <= query.labels; depth++) {
      if (this.#names.find(query, depth, false) >= 0) return depth;
    }
    return NO_ROUTE;
  }

  find(query: Query): Route | undefined {
    const depth = this.depthOf(query);
    return depth === NO_ROUTE ? undefined : this.#routes[this.#names.find(query, depth, false)];
  }
}

function toRule(key: string, place: Place): Rule {
  return { id: `routes ${key}`, file: place.file, line: place.line, implicit: false };
}
