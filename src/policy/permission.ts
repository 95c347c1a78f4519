/** What only permitted clients may do: one shape for recursion, transfer, update and notify. */

import type { AccessEntry } from '../config/config.ts';
import { builtIn, type LayerName, type Verdict, type VerdictTable } from '../decision/verdict.ts';
import type { Query } from '../wire/query.ts';
import { Access } from './access.ts';
import type { Layer } from './layer.ts';

export interface Permission {
  readonly name: LayerName;
  readonly entries: readonly AccessEntry[];
  /** INFO-CODE that goes with the refusal. */
  readonly ede: number;
  /** Which queries need the permission. */
  asks(query: Query): boolean;
}

/** A layer that refuses the queries that need a permission from clients that have none. */
export function compilePermission(permission: Permission, verdicts: VerdictTable): Layer {
  const { name, entries, ede, asks } = permission;
  const refuse = (rule: Verdict['rule']): Verdict =>
    verdicts.add({
      layer: name,
      action: 'refuse',
      rule,
      ede,
      recursionAvailable: false,
      explained: true,
      hint: (query) => access.hint(query),
    });
  const access: Access<Verdict | undefined> = new Access<Verdict | undefined>(
    `acl.${name}`,
    entries,
    (action, rule) => (action === 'allow' ? undefined : refuse(rule)),
    refuse(builtIn('built-in default', true)),
  );
  return {
    name,
    judge: (query) => (asks(query) ? access.find(query) : undefined),
    account: (query) => (asks(query) ? access.account(query) : { why: 'not asked for' }),
  };
}
