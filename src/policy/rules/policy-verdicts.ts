/** What a policy can do to a query, one verdict for each of its actions. */

import { CATEGORIES, type Category } from '../../config/policy-keys.ts';
import type {
  Action,
  OwnedRecord,
  Rule,
  Verdict,
  VerdictSpec,
  VerdictTable,
} from '../../decision/verdict.ts';
import { Ede } from '../../wire/registry.ts';
import { negativeSoa } from '../soa.ts';
import type { ExpiredRules } from './expired-rules.ts';
import type { RuleTable } from './rule-table.ts';

/** Seconds for which a client may remember what policy made up. */
export const POLICY_TTL = 30;

const SOA = negativeSoa(POLICY_TTL);

/** A block that lets the name through where a client has another resolver. */
const LEAK = 'stubs may ask their next server after REFUSED: nxdomain or nodata ends the search';

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

const INFO_CODES = {
  blocked: Ede.BLOCKED,
  censored: Ede.CENSORED,
  filtered: Ede.FILTERED,
} as const;

/** Rules that stand in a file, distinguished by what matched. */
export function rulesIn(
  file: string,
  rules: RuleTable,
  { name, isShadow, ede, category, expired }: PolicyTraits,
): PolicyRules {
  const rule: Rule = { id: `${name}/`, file, line: 0, implicit: false };
  const traits = { isShadow, ede: infoCode(ede), category, expired };
  return { policy: name, rules, rule, named: true, ...traits };
}

/** The INFO-CODE for the word of the configuration. */
export function infoCode(word: keyof typeof INFO_CODES): number {
  return INFO_CODES[word];
}

/**
 * The sub-error of a category: those of operators go with "blocked" alone, and none with
 * "censored" (draft-ietf-dnsop-structured-dns-error).
 */
function subErrorOf(category: Category | undefined, ede: number): number | undefined {
  if (ede === Ede.BLOCKED) return CATEGORIES[category ?? 'dns'];
  const isOperators = category === undefined || category === 'network' || category === 'dns';
  return ede === Ede.FILTERED && !isOperators ? CATEGORIES[category] : undefined;
}

/** The settings of a whole policy. */
export interface PolicyTraits {
  readonly name: string;
  readonly isShadow: boolean;
  readonly ede: keyof typeof INFO_CODES;
  /** Why its names are blocked. */
  readonly category?: Category | undefined;
  /** Rules of all policies that do not count any more. */
  readonly expired?: ExpiredRules | undefined;
}

/** The rules that a verdict stands for. */
export interface PolicyRules {
  readonly policy: string;
  readonly rules: Pick<RuleTable, 'recordsOf'>;
  readonly rule: Rule;
  /** They are distinguished by the name that matched. */
  readonly named: boolean;
  readonly isShadow: boolean;
  /** INFO-CODE that goes with what they do. */
  readonly ede: number;
  readonly category?: Category | undefined;
  readonly expired?: ExpiredRules | undefined;
  /** SOA serial of the zone that they are from. */
  readonly serial?: number;
  /** What stands in the additional section: the SOA of their zone. */
  readonly zoneSoa?: OwnedRecord | undefined;
  /** Answers for names inside of their zone. */
  readonly zone?: VerdictSpec['inside'] & {};
}

/** Makes a verdict for the rules of a policy that do `action`. */
export function addPolicyVerdict(
  action: PolicyAction,
  {
    policy,
    rules,
    rule,
    named,
    isShadow,
    ede,
    category,
    expired,
    serial,
    zoneSoa,
    zone,
  }: PolicyRules,
  verdicts: VerdictTable,
): Verdict {
  if (action === 'allow' || action === 'passthru') {
    return verdicts.add({ layer: 'policy', action: 'forward', rule, policy, named, isShadow });
  }
  const subError = subErrorOf(category, ede);
  return verdicts.add({
    layer: 'policy',
    action: action satisfies Action,
    rule,
    policy,
    named,
    isShadow,
    explained: true,
    soa: SOA,
    ede,
    hint: hintFor(action, expired),
    ...(subError !== undefined && { subError }),
    ...(serial !== undefined && { serial }),
    ...(zoneSoa !== undefined && { zoneSoa }),
    ...(action === 'answer' && { recordsOf: (entry) => rules.recordsOf(entry) }),
    ...(action === 'answer' && zone !== undefined && { inside: zone }),
  });
}

/** What may surprise whoever looks at a record of these rules. */
function hintFor(
  action: PolicyAction,
  expired: ExpiredRules | undefined,
): VerdictSpec['hint'] & {} {
  const leak = action === 'refuse' ? LEAK : undefined;
  return ({ match }) => {
    const old = expired?.hintFor(match.name);
    return old === undefined || leak === undefined ? (old ?? leak) : `${old}; ${leak}`;
  };
}
