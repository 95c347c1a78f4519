/** More queries in flight than there is room for: SERVFAIL, never REFUSED, which means policy. */

import { builtIn, type Verdict, type VerdictTable } from '../../decision/verdict.ts';
import { Ede } from '../../wire/registry.ts';

export function compileOverload(verdicts: VerdictTable): Verdict {
  return verdicts.add({
    layer: 'overload',
    action: 'fail',
    rule: builtIn('overload queries in flight'),
    ede: Ede.OVER_QUOTA,
    explained: true,
  });
}
