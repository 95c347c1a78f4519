/** Whether there is an upstream group for the name: a name that no route covers is refused. */

import { builtIn, type Verdict } from '../../decision/verdict.ts';
import { Ede } from '../../wire/registry.ts';
import type { Layer } from '../layer.ts';
import type { ViewParts } from '../layer-parts.ts';
import { NO_ROUTE } from '../route-table.ts';

export function compileRoute({ routes, verdicts }: ViewParts): Layer {
  const nowhere: Verdict = verdicts.add({
    layer: 'route',
    action: 'refuse',
    rule: builtIn('routes without a match', true),
    ede: Ede.NOT_AUTHORITATIVE,
    explained: true,
  });
  return {
    name: 'route',
    judge: (query) => (routes.depthOf(query) === NO_ROUTE ? nowhere : undefined),
    account(query) {
      const route = routes.find(query);
      return route === undefined
        ? { why: 'no route is a suffix of the name' }
        : { rule: route.forwarded.rule, why: `goes to the upstream group ${route.group}` };
    },
  };
}
