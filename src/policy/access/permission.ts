/** What only permitted clients may do: one shape for recursion, transfer, update and notify. */

import type { AccessList } from '../../config/access-list.ts';
import type { LayerName } from '../../decision/layers.ts';
import { builtIn, type Verdict, type VerdictTable } from '../../decision/verdict.ts';
import type { Query } from '../../wire/query.ts';
import type { Layer } from '../layer.ts';
import type { Enforcement } from '../rules/in-force.ts';
import { Access, allowance } from './access.ts';

export interface Permission {
  readonly name: LayerName;
  readonly list: AccessList;
  /** INFO-CODE that goes with the refusal. */
  readonly ede: number;
  /** Which queries need the permission. */
  asks(query: Query): boolean;
}

/** A layer that refuses the queries that need a permission from clients that have none. */
export function compilePermission(
  { name, list, ede, asks }: Permission,
  enforcement: Enforcement,
  verdicts: VerdictTable,
): Layer {
  const refuse = (rule: Verdict['rule'], isShadow: boolean): Verdict =>
    verdicts.add({
      layer: name,
      action: 'refuse',
      rule,
      isShadow,
      ede,
      recursionAvailable: false,
      explained: true,
      hint: (query) => access.hint(query),
    });
  const access: Access = new Access(
    list,
    enforcement,
    ({ action, mode }, rule) =>
      action === 'allow' ? allowance(name, mode, rule, verdicts) : refuse(rule, mode === 'shadow'),
    refuse(builtIn('built-in default', true), false),
  );
  return {
    name,
    judge: (query) => (asks(query) ? access.find(query) : undefined),
    allows: (query) => access.findAllowance(query),
    account: (query) => (asks(query) ? access.account(query) : { why: 'not asked for' }),
  };
}
