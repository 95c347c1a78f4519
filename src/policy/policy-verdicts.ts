/** What a policy can do to a query, one verdict for each of its actions. */

import type { Action, Rule, Verdict, VerdictSpec, VerdictTable } from '../decision/verdict.ts';
import { Ede } from '../wire/registry.ts';
import { type NamePolicy, PASS } from './name-policy.ts';
import { negativeSoa } from './soa.ts';

/** Seconds for which a client may remember what policy made up. */
export const POLICY_TTL = 30;

const SOA = negativeSoa(POLICY_TTL);

/** The actions of a rule, in the words of the configuration. */
export type PolicyAction =
  | 'allow'
  | 'passthru'
  | 'refuse'
  | 'nxdomain'
  | 'nodata'
  | 'drop'
  | 'truncate'
  | 'answer';

/** Makes a verdict for a rule of `policy`; PASS for the actions that let the query through. */
export function addPolicyVerdict(
  policy: NamePolicy,
  action: PolicyAction,
  rule: Rule,
  verdicts: VerdictTable,
  more: Partial<VerdictSpec> = {},
): Verdict | typeof PASS {
  if (action === 'allow' || action === 'passthru') return PASS;
  return verdicts.add({
    layer: 'policy',
    action: action satisfies Action,
    rule,
    policy: policy.name,
    explained: true,
    soa: SOA,
    ede: Ede.BLOCKED,
    ...(action === 'answer' && { recordsOf: (entry) => policy.recordsOf(entry) }),
    ...more,
  });
}
