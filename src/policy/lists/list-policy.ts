/** A compiled list as a policy: the configuration sets the action for the names in it. */

import type { Verdict, VerdictTable } from '../../decision/verdict.ts';
import type { HashedName } from '../../wire/hashed-name.ts';
import type { Query } from '../../wire/query.ts';
import { NamePolicy, type PolicyParts } from '../rules/name-policy.ts';
import {
  addPolicyVerdict,
  type PolicyAction,
  type PolicyTraits,
  rulesIn,
} from '../rules/policy-verdicts.ts';
import { RuleTable } from '../rules/rule-table.ts';
import type { ListImage } from './list-image.ts';
import { ListCode } from './list-rules.ts';
import { NO_SPECIAL, SpecialMatcher } from './special-matcher.ts';
import { type SpecialAction, Stage } from './special-rules.ts';

/** What is done to the names of a list. */
export type ListAction = Extract<
  PolicyAction,
  'allow' | 'refuse' | 'nxdomain' | 'nodata' | 'drop' | 'truncate'
>;

/** The default action. */
export const DEFAULT_LIST_ACTION: ListAction = 'nxdomain';

/** The settings of a list. */
export interface ListPolicy extends PolicyTraits {
  readonly action: ListAction;
}

/** Entries from here on are those of special rules. */
const SPECIAL_ENTRIES = 2 ** 30;

/** Makes a policy of a list. */
export function attachList(
  policy: ListPolicy,
  image: ListImage,
  verdicts: VerdictTable,
): NamePolicy {
  const { name, action } = policy;
  const rules = new RuleTable(image.rules);
  const of = rulesIn(image.files[0]!, rules, policy);
  const block = addPolicyVerdict(action, of, verdicts);
  const except = addPolicyVerdict('passthru', of, verdicts);
  const answers = [];
  answers[ListCode.LISTED] = block;
  answers[ListCode.EXCEPTED] = except;
  const parts = { name, rules, answers };
  if (image.specials === undefined) return new NamePolicy(parts);
  const { rules: specials } = image.specials;
  const records = {
    ...of,
    rules: { recordsOf: (entry: number) => specials[entry - SPECIAL_ENTRIES]!.records },
  };
  // A list of what is allowed lets all pass that it names.
  const answer = (given: Exclude<SpecialAction, 'block' | 'except'>) =>
    action === 'allow' ? block : addPolicyVerdict(given, records, verdicts);
  return new SpecialListPolicy(parts, new SpecialMatcher(image.specials), {
    block,
    except,
    nxdomain: answer('nxdomain'),
    nodata: answer('nodata'),
    refuse: answer('refuse'),
    answer: answer('answer'),
  });
}

/** A list that has rules besides its names: those with options, and regular expressions. */
class SpecialListPolicy extends NamePolicy {
  readonly #specials: SpecialMatcher;
  readonly #verdicts: Readonly<Record<SpecialAction, Verdict>>;

  constructor(
    parts: PolicyParts,
    specials: SpecialMatcher,
    verdicts: Readonly<Record<SpecialAction, Verdict>>,
  ) {
    super(parts);
    this.#specials = specials;
    this.#verdicts = verdicts;
  }

  override get count(): number {
    return super.count + this.#specials.rules.length;
  }

  override *names(): Iterable<Uint8Array> {
    yield* super.names();
    yield* this.#specials.names();
  }

  override partialNames(): Iterable<Uint8Array> {
    return this.#specials.names();
  }

  override get partialTypes(): readonly number[] {
    return this.#specials.rules.flatMap(({ types }) => types);
  }

  override get patterns(): readonly string[] {
    return this.#specials.patterns;
  }

  override judgeName(query: Query, name: HashedName): Verdict | undefined {
    const at = this.#specials.find(query, name);
    const isBefore = at !== NO_SPECIAL && this.#specials.rules[at]!.stage < Stage.BLOCK;
    const plain = isBefore ? undefined : super.judgeName(query, name);
    if (plain !== undefined || at === NO_SPECIAL) return plain;
    const { action, line } = this.#specials.rules[at]!;
    const { match } = query;
    match.name = name;
    match.trigger = 'qname';
    match.depth = this.#specials.depth;
    match.wildcard = this.#specials.wildcard;
    match.line = line;
    match.entry = SPECIAL_ENTRIES + at;
    return this.#verdicts[action];
  }

  override isForSome(query: Query): boolean {
    return query.match.entry >= SPECIAL_ENTRIES || super.isForSome(query);
  }
}
