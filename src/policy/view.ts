/** Clients that are served alike, and who they are. */

import type { Verdict } from '../decision/verdict.ts';
import type { Prefix } from '../net/prefix.ts';
import { NO_PREFIX, PrefixTable } from '../net/prefix-table.ts';
import type { Query } from '../wire/query.ts';
import { judge, type Layer } from './layer.ts';
import type { RouteTable } from './route-table.ts';
import type { PolicyChain } from './rules/policy-chain.ts';

export interface View {
  readonly name: string;
  /** Its position in the policy. */
  readonly index: number;
  /** Views that send their queries the same ways share what is cached. */
  readonly cache: number;
  readonly routes: RouteTable;
  /** The policies whose rules may depend on answers. */
  readonly policies: PolicyChain;
  /** What a query meets before it is forwarded, in this order. */
  readonly layers: readonly Layer[];
  /** The layers with the rules in shadow mode; undefined when this view has none. */
  readonly shadow: readonly Layer[] | undefined;
  readonly shadowPolicies: PolicyChain | undefined;
}

/** From a client to the position of its view: the most specific prefix of all views wins. */
export class ViewTable {
  readonly #table: PrefixTable;
  readonly #owners: readonly number[];

  /** The clients of each view; those in none are in the first. */
  constructor(views: readonly { readonly clients: readonly Prefix[] }[]) {
    const all = views.flatMap(({ clients }, owner) => clients.map((prefix) => ({ prefix, owner })));
    this.#table = new PrefixTable(all.map(({ prefix }) => prefix));
    this.#owners = all.map(({ owner }) => owner);
  }

  find(query: Query): number {
    if (this.#owners.length === 0) return 0;
    const index = this.#table.find(query.family, query.address);
    return index === NO_PREFIX ? 0 : this.#owners[index]!;
  }
}

/** Judges by the layers, and reports what the rules in shadow mode would do. */
export function judgeWithShadow(
  { layers, shadow = [], policies }: View,
  query: Query,
  tell: (would: Verdict) => void,
): Verdict | undefined {
  const would = judge(shadow, query);
  // Told at once: the next judgement overwrites what matched.
  if (would?.isShadow === true) tell(would);
  const actual = judge(layers, query);
  if (would === undefined && actual !== undefined) {
    const allowance = shadow.find(({ name }) => name === actual.layer)?.allows?.(query);
    if (allowance !== undefined) tell(allowance);
    // What the rule of the actual verdict matched was overwritten.
    if (allowance?.layer === 'policy') policies.search(query);
  }
  return actual;
}
