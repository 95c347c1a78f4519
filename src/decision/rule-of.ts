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
  return { ...verdict.rule, id: verdict.rule.id + matchedOwner(query), line: query.match.line };
}

/** The owner of the rule that the query's name matched: `*.bad.example`. */
export function matchedOwner(query: Query): string {
  const { depth, wildcard } = query.match;
  const name = formatName(query.name, query.suffixAt(depth)).replace(/(?<=.)\.$/, '');
  if (!wildcard) return name;
  return name === '.' ? '*' : `*.${name}`;
}
