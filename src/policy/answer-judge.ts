/** How policy judges an upstream's answer: rules on addresses, and on names behind aliases. */

import type { Verdict } from '../decision/verdict.ts';
import { AliasChain } from '../wire/alias-chain.ts';
import { Count, readUint16 } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import type { Aliases } from '../wire/response.ts';
import { judge } from './layer.ts';
import type { PolicyChain } from './rules/policy-chain.ts';
import type { View } from './view.ts';

/** An answer; what stands in its additional section does not matter. */
export interface JudgedAnswer {
  readonly octets: Uint8Array;
  readonly length: number;
  readonly hasAlias: boolean;
}

/** Takes the verdict of a rule in shadow mode; what the rule matched is in the query meanwhile. */
export type OnShadow = (verdict: Verdict, now: number) => void;

export class AnswerJudge {
  /** The aliases that lead from the name asked to the one that matched last, if it is another. */
  aliases: Aliases | undefined;
  readonly #chain: AliasChain = new AliasChain();
  readonly #onShadow: OnShadow;

  constructor(onShadow: OnShadow) {
    this.#onShadow = onShadow;
  }

  /** Whether an answer to the query has to be judged; `hasAlias` is a property of the answer. */
  watches({ policies, shadowPolicies }: View, query: Query, hasAlias: boolean): boolean {
    return policies.watches(query, hasAlias) || shadowPolicies?.watches(query, hasAlias) === true;
  }

  /** What takes the place of the answer; undefined leaves it as it is. */
  judge(view: View, query: Query, answer: JudgedAnswer, now: number): Verdict | undefined {
    const { policies, shadowPolicies } = view;
    if (shadowPolicies?.watches(query, answer.hasAlias) && isOpen(view, query)) {
      const shadow = this.#judge(shadowPolicies, query, answer);
      if (shadow?.isShadow === true) this.#onShadow(shadow, now);
    }
    return this.#judge(policies, query, answer);
  }

  /** The verdict of a rule that was waiting for an answer, when none is to be had. */
  settle(view: View, query: Query, now: number): Verdict | undefined {
    const { policies, shadowPolicies } = view;
    if (shadowPolicies?.watches(query, false) && isOpen(view, query)) {
      const shadow = shadowPolicies.settle(query);
      if (shadow?.isShadow === true) this.#onShadow(shadow, now);
    }
    return policies.watches(query, false) ? policies.settle(query) : undefined;
  }

  #judge(policies: PolicyChain, query: Query, answer: JudgedAnswer): Verdict | undefined {
    const { octets, length, hasAlias } = answer;
    if (!policies.watches(query, hasAlias)) return undefined;
    this.#chain.read(octets, length, query, policies.nat64);
    const verdict = policies.judgeAnswer(query, this.#chain);
    const { step } = policies;
    this.aliases = verdict === undefined || step === 0 ? undefined : this.#aliasesTo(step, octets);
    return verdict;
  }

  #aliasesTo(step: number, octets: Uint8Array): Aliases | undefined {
    // The question that an error came without would be written over its records.
    if (readUint16(octets, Count.QUESTION) === 0) return undefined;
    const { end, count, targetAt } = this.#chain.aliasAt(step);
    return { octets, length: end, answers: count, nameAt: targetAt };
  }
}

/** Whether the layers with shadow rules passed the query when it came: if not, that is recorded. */
function isOpen({ shadow }: View, query: Query): boolean {
  return judge(shadow!, query) === undefined;
}
