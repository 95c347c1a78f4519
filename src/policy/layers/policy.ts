/** Name policy: the policies in their order; the first with a matching rule decides. */

import { ruleOf } from '../../decision/rule-of.ts';
import { builtIn, type Verdict, type VerdictTable } from '../../decision/verdict.ts';
import { Ede } from '../../wire/registry.ts';
import type { Layer } from '../layer.ts';
import type { ViewParts } from '../layer-parts.ts';
import { letsPass } from '../rules/name-policy.ts';

/** An answer that nobody can judge is not passed on: SERVFAIL, for nothing has decided against it. */
export function compileUnreadable(verdicts: VerdictTable): Verdict {
  return verdicts.add({
    layer: 'policy',
    action: 'fail',
    rule: builtIn('policy answer with at most 16 aliases, all records readable'),
    ede: Ede.OTHER,
    explained: true,
  });
}

export function compilePolicies({ policies: chain }: Pick<ViewParts, 'policies'>): Layer {
  return {
    name: 'policy',
    judge: (query) => chain.judge(query),
    peek: (query) => chain.settle(query),
    allows(query) {
      const found = chain.search(query);
      return found?.isShadow === true && letsPass(found) ? found : undefined;
    },
    account(query) {
      const paused = chain.pausedFor(query);
      const besides = paused.length === 0 ? '' : `; paused for this client: ${paused.join(', ')}`;
      const found = chain.search(query);
      if (found === undefined) {
        const near = chain.findNear(query);
        const more = `${chain.watches(query, false) ? '; its answer is judged too' : ''}${besides}`;
        if (near === undefined) return { why: `no rule matches the name${more}` };
        return { why: `no rule matches${more}; the nearest ${near.why}`, nearest: near.rule };
      }
      const passes = letsPass(found) ? 'it lets the query through' : undefined;
      const notes = [passes, chain.waitsFor(found, query)].filter((note) => note !== undefined);
      const why = `${notes.join(', ')}${notes.length === 0 ? besides.slice(2) : besides}`;
      return { rule: ruleOf(found, query), ...(why !== '' && { why }) };
    },
  };
}
