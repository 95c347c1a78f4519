/** Name policy: the policies in their order; the first with a matching rule decides. */

import { matchedOwner, ruleOf } from '../../decision/rule-of.ts';
import type { Layer } from '../layer.ts';
import { PASS } from '../name-policy.ts';
import type { PolicyChain } from '../policy-chain.ts';

export function compilePolicies(chain: PolicyChain): Layer {
  return {
    name: 'policy',
    judge: (query) => chain.judge(query),
    peek: (query) => chain.settle(query),
    account(query) {
      const answer = chain.search(query);
      if (answer === undefined) {
        const near = chain.findNear(query);
        if (near === undefined) return { why: 'no rule matches the name' };
        return { why: `no rule matches; the nearest ${near.why}`, nearest: near.rule };
      }
      if (answer === PASS) {
        const id = `${chain.matched}/${matchedOwner(query)}`;
        return { why: `let through by ${id}, line ${query.match.line}` };
      }
      const why = chain.waitsFor(query);
      return { rule: ruleOf(answer, query), ...(why !== undefined && { why }) };
    },
  };
}
