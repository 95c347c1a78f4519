/** One policy: rules by name, and what each of their codes stands for. */

import type { Verdict } from '../decision/verdict.ts';
import type { Query } from '../wire/query.ts';
import { NO_RULE, type RuleTable } from './rule-table.ts';

/** A rule that ends the search in all policies and lets the query pass (PASSTHRU). */
export const PASS = null;

/** What a policy says: a verdict, PASS, or undefined when no rule matches. */
export type PolicyAnswer = Verdict | typeof PASS | undefined;

export class NamePolicy {
  readonly name: string;
  readonly rules: RuleTable;
  /** By the code of a rule. */
  readonly #answers: readonly (Verdict | typeof PASS)[];

  constructor(name: string, rules: RuleTable, answers: readonly (Verdict | typeof PASS)[]) {
    this.name = name;
    this.rules = rules;
    this.#answers = answers;
  }

  judge(query: Query): PolicyAnswer {
    const code = this.rules.find(query);
    return code === NO_RULE ? undefined : this.#answers[code];
  }
}
