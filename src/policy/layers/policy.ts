/** Name policy: the policies in their order; the first with a matching rule decides. */

import { matchedOwner, ruleOf } from '../../decision/rule-of.ts';
import type { Rule, Verdict } from '../../decision/verdict.ts';
import type { Query } from '../../wire/query.ts';
import { Opcode, RrClass } from '../../wire/registry.ts';
import type { Layer } from '../layer.ts';
import { type NamePolicy, PASS } from '../name-policy.ts';

export function compilePolicies(policies: readonly NamePolicy[]): Layer {
  const isJudged = ({ opcode, qclass }: Query) => opcode === Opcode.QUERY && qclass === RrClass.IN;

  function judge(query: Query): Verdict | undefined {
    if (!isJudged(query)) return undefined;
    for (let i = 0; i < policies.length; i++) {
      const answer = policies[i]!.judge(query);
      if (answer === PASS) return undefined;
      if (answer !== undefined) return isServedByTcp(answer, query) ? undefined : answer;
    }
    return undefined;
  }

  return {
    name: 'policy',
    judge,
    account(query) {
      if (!isJudged(query)) return { why: 'only for questions of class IN' };
      for (const policy of policies) {
        const answer = policy.judge(query);
        if (answer === PASS) {
          const id = `${policy.name}/${matchedOwner(query)}`;
          return { why: `let through by ${id}, line ${query.match.line}` };
        }
        if (answer !== undefined) return { rule: ruleOf(answer, query) satisfies Rule };
      }
      return { why: 'no rule matches the name' };
    },
  };
}

/** TCP-only (RPZ): the client of a truncated answer comes back by TCP, and there it is served. */
function isServedByTcp(verdict: Verdict, query: Query): boolean {
  return verdict.action === 'truncate' && query.transport === 'tcp';
}
