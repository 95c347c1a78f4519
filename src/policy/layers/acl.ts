/** Who may ask at all: `acl.query`, the most specific prefix wins. */

import type { AccessEntry } from '../../config/config.ts';
import { builtIn, type Rule, type Verdict, type VerdictTable } from '../../decision/verdict.ts';
import { Ede } from '../../wire/registry.ts';
import { Access } from '../access.ts';
import type { Layer } from '../layer.ts';

export function compileAcl(entries: readonly AccessEntry[], verdicts: VerdictTable): Layer {
  const deny = (action: 'refuse' | 'drop' | 'truncate', rule: Rule): Verdict =>
    verdicts.add({
      layer: 'acl',
      action,
      rule,
      recursionAvailable: false,
      ...(action === 'refuse' && { ede: Ede.PROHIBITED }),
      hint: (query) => access.hint(query),
    });
  const access: Access<Verdict | undefined> = new Access<Verdict | undefined>(
    'acl.query',
    entries,
    (action, rule) => (action === 'allow' ? undefined : deny(action, rule)),
    deny('refuse', builtIn('built-in default', true)),
  );
  return {
    name: 'acl',
    judge(query) {
      const verdict = access.find(query);
      // The client of a truncated answer comes back by TCP, and there it is served.
      return verdict?.action === 'truncate' && query.transport === 'tcp' ? undefined : verdict;
    },
    account: (query) => access.account(query),
  };
}
