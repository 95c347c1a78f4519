/** Who may ask with RD=1: `acl.recursion`; without that list, all who may query. */

import { Ede } from '../../wire/registry.ts';
import { compilePermission } from '../access/permission.ts';
import type { Layer } from '../layer.ts';
import type { ViewParts } from '../layer-parts.ts';

export function compileRecursion({ view, enforcement, verdicts }: ViewParts): Layer {
  const { recursion: list } = view.acl;
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
