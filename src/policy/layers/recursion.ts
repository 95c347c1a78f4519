/** Who may ask with RD=1: `acl.recursion`; without that list, all who may query. */

import type { AccessList } from '../../config/access-list.ts';
import type { VerdictTable } from '../../decision/verdict.ts';
import { Ede } from '../../wire/registry.ts';
import { compilePermission } from '../access/permission.ts';
import type { Layer } from '../layer.ts';
import type { Enforcement } from '../rules/in-force.ts';

export function compileRecursion(
  list: AccessList | undefined,
  enforcement: Enforcement,
  verdicts: VerdictTable,
): Layer {
  if (list === undefined) {
    const why = 'no acl.recursion: for all who may query';
    return { name: 'recursion', judge: () => undefined, account: () => ({ why }) };
  }
  return compilePermission(
    {
      name: 'recursion',
      list,
      ede: Ede.NOT_AUTHORITATIVE,
      asks: (query) => query.isLookup && query.recursionDesired,
    },
    enforcement,
    verdicts,
  );
}
