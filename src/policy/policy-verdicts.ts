/** What a policy can do to a query, one verdict for each of its actions. */

import type { Action, Rule, Verdict, VerdictTable } from '../decision/verdict.ts';
import { Ede } from '../wire/registry.ts';
import { PASS } from './name-policy.ts';
import type { RuleTable } from './rule-table.ts';
import { negativeSoa } from './soa.ts';

/** Seconds for which a client may remember what policy made up. */
export const POLICY_TTL = 30;

const SOA = negativeSoa(POLICY_TTL);

/** The actions of a rule, in the words of the configuration. Their order is their code. */
export const POLICY_ACTIONS = [
  'allow',
  'passthru',
  'refuse',
  'nxdomain',
  'nodata',
  'drop',
  'truncate',
  'answer',
] as const;
export type PolicyAction = (typeof POLICY_ACTIONS)[number];

/** The rules that a verdict stands for. */
export interface PolicyRules {
  readonly policy: string;
  readonly rules: RuleTable;
  readonly rule: Rule;
  /** They are told apart by the name that matched. */
  readonly named: boolean;
  readonly onTrial: boolean;
}

/**
 * Makes a verdict for the rules of a policy that do `action`; PASS for the actions that let the
 * query through.
 */
export function addPolicyVerdict(
  action: PolicyAction,
  { policy, rules, rule, named, onTrial }: PolicyRules,
  verdicts: VerdictTable,
): Verdict | typeof PASS {
  if (action === 'allow' || action === 'passthru') return PASS;
  return verdicts.add({
    layer: 'policy',
    action: action satisfies Action,
    rule,
    policy,
    named,
    onTrial,
    explained: true,
    soa: SOA,
    ede: Ede.BLOCKED,
    ...(action === 'answer' && { recordsOf: (entry) => rules.recordsOf(entry) }),
  });
}
