/** The policy of a zone that comes by transfer, as far as it has come. */

import type { Place } from '../config/problem.ts';
import type { Rule, Verdict, VerdictTable } from '../decision/verdict.ts';
import { Ede } from '../wire/registry.ts';
import { attachRpz, type RpzPolicy } from './rpz/rpz-zone.ts';
import type { ZoneState } from './rpz/transfer/transferred-zone.ts';
import { NamePolicy } from './rules/name-policy.ts';
import { RuleTable } from './rules/rule-table.ts';

/** Every query that comes to this policy fails: its decision is not known yet. */
class NotReady extends NamePolicy {
  readonly #verdict: Verdict;

  constructor(name: string, recursiveOnly: boolean, verdict: Verdict) {
    super({ name, rules: new RuleTable(), answers: [], recursiveOnly });
    this.#verdict = verdict;
  }

  override judgeClient(): Verdict {
    return this.#verdict;
  }
}

/**
 * Makes a policy of what is there of its zone. While it has never been loaded, queries fail or
 * pass by the configuration; once it has expired they pass, as with BIND.
 */
export function attachTransferred(
  traits: RpzPolicy & { readonly place: Place; readonly fails: boolean },
  { standing, image }: ZoneState,
  verdicts: VerdictTable,
): NamePolicy {
  if (image !== undefined) return attachRpz(traits, image, verdicts);
  const { name, place, isShadow, recursiveOnly } = traits;
  if (standing === 'expired' || !traits.fails || isShadow) {
    return new NamePolicy({ name, rules: new RuleTable(), answers: [] });
  }
  const { file, line } = place;
  const rule: Rule = { id: `${name} not transferred yet`, file, line, implicit: false };
  const failed = verdicts.add({
    layer: 'policy',
    action: 'fail',
    rule,
    policy: name,
    ede: Ede.NOT_READY,
    explained: true,
  });
  return new NotReady(name, recursiveOnly, failed);
}
