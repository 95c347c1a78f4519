/** Who may ask at all: `acl.query`, the most specific prefix wins. */

import type { AccessAction } from '../../config/access-list.ts';
import { builtIn, type Rule, type Verdict } from '../../decision/verdict.ts';
import { Ede } from '../../wire/registry.ts';
import { allowance } from '../access/access.ts';
import { TransportAccess } from '../access/transport-access.ts';
import type { Layer } from '../layer.ts';
import type { ViewParts } from '../layer-parts.ts';

export function compileAcl({ view, primaries, enforcement, verdicts }: ViewParts): Layer {
  const deny = (action: Exclude<AccessAction, 'allow'>, rule: Rule, isShadow: boolean): Verdict =>
    verdicts.add({
      layer: 'acl',
      action,
      rule,
      isShadow,
      // Stubs retry by TCP only at a server that recurses, by its RA bit (glibc).
      recursionAvailable: action === 'truncate',
      ...(action === 'refuse' && { ede: Ede.PROHIBITED }),
      hint: (query) => access.hint(query),
    });
  const access: TransportAccess = new TransportAccess(
    view.acl.query,
    enforcement,
    ({ action, mode }, rule) =>
      action === 'allow'
        ? allowance('acl', mode, rule, verdicts)
        : deny(action, rule, mode === 'shadow'),
    deny('refuse', builtIn('built-in default', true), false),
  );
  return {
    name: 'acl',
    judge(query) {
      // Nobody has to permit by hand what primaries are there for.
      if (primaries.hasSent(query)) return undefined;
      const verdict = access.find(query);
      // The client of a truncated answer comes back by TCP, and there it is served.
      return verdict?.action === 'truncate' && query.isByStream ? undefined : verdict;
    },
    allows: (query) => access.findAllowance(query),
    account: (query) =>
      primaries.hasSent(query) ? { why: 'NOTIFY of a primary' } : access.account(query),
  };
}
