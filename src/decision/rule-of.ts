/** The rule behind a decision, with the name that matched filled in. */

import { formatName } from '../wire/name.ts';
import type { Query } from '../wire/query.ts';
import type { Rule, Verdict } from './verdict.ts';

/**
 * A verdict that stands for many rules has the beginning of their ids; the rest is the matched
 * part of the query's name, as it stands in the policy: `malware/*.bad.example`.
 */
export function ruleOf(verdict: Verdict, query: Query): Rule {
  if (!verdict.named) return verdict.rule;
  const { depth, wildcard, line } = query.match;
  const name = formatName(query.name, query.suffixAt(depth)).replace(/(?<=.)\.$/, '');
  const owner = wildcard ? (name === '.' ? '*' : `*.${name}`) : name;
  return { ...verdict.rule, id: verdict.rule.id + owner, line };
}
