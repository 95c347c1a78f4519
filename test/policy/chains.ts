/** Policies made of a few lines, for tests of how they are searched. */

import type { Action, Verdict } from '../../src/decision/verdict.ts';
import { VerdictTable } from '../../src/decision/verdict.ts';
import { type Prefix, parsePrefix } from '../../src/net/prefix.ts';
import { NamePolicy } from '../../src/policy/rules/name-policy.ts';
import { RuleTable } from '../../src/policy/rules/rule-table.ts';
import { name } from '../world/messages.ts';

/** `*.bad.example`, `client 10.0.0.0/8` or `answer 192.0.2.0/24`, and what is done. */
export type RuleLine = readonly [trigger: string, action: Action];

export interface PolicyLines {
  readonly lines: readonly RuleLine[];
  readonly recursiveOnly?: boolean;
  readonly keepsSigned?: boolean;
  readonly isShadow?: boolean;
}

/** The id of a verdict's rule is the policy's name and its line: `p0 *.bad.example`. */
export function policyOf(policy: string, { lines, isShadow = false, ...traits }: PolicyLines) {
  const table = new VerdictTable();
  const rules = new RuleTable();
  const answers: Verdict[] = [];
  const add = (what: string) =>
    lines
      .filter(([trigger]) => trigger.startsWith(`${what} `))
      .map(([trigger, action]) => ({
        prefix: parsePrefix(trigger.slice(what.length + 1)) as Prefix,
        code: code(trigger, action),
        line: 1,
        entry: -1,
      }));
  const code = (trigger: string, action: Action) => {
    const rule = { id: `${policy} ${trigger}`, file: 'site.yaml', line: 1, implicit: false };
    return answers.push(table.add({ layer: 'policy', action, rule, isShadow })) - 1;
  };
  for (const [trigger, action] of lines.filter(([text]) => !text.includes(' '))) {
    const isWildcard = trigger.startsWith('*');
    const entry = rules.entry(name(isWildcard ? trigger.slice(1) : trigger), isWildcard);
    rules.set(entry, code(trigger, action), 1);
  }
  const parts = { clientRules: add('client'), addressRules: add('answer') };
  return new NamePolicy({ name: policy, rules, answers, ...parts, ...traits });
}
