/** What policy says to an upstream's answer: rules on addresses, and on names behind aliases. */

import type { Verdict } from '../decision/verdict.ts';
import { AliasChain } from '../wire/alias-chain.ts';
import { Count, readUint16 } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import type { Aliases } from '../wire/response.ts';
import { judge } from './layer.ts';
import type { PolicyChain } from './rules/policy-chain.ts';
import type { View } from './view.ts';

/** An answer without its OPT record. */
export interface JudgedAnswer {
  readonly octets: Uint8Array;
  readonly length: number;
  readonly hasAlias: boolean;
  readonly isSigned: boolean;
}

export class AnswerJudge {
  /** The aliases that lead from the name asked to the one that matched last, if it is another. */
  aliases: Aliases | undefined;
  readonly #chain: AliasChain = new AliasChain();

  /** What ends the query in place of the answer; `tell` hears of rules in shadow mode. */
  judge(
    view: View,
    query: Query,
    answer: JudgedAnswer,
    tell: (would: Verdict) => void,
  ): Verdict | undefined {
    const { policies, shadowPolicies } = view;
    if (shadowPolicies?.watches(query, answer.hasAlias) && isOpen(view, query)) {
      const would = this.#judge(shadowPolicies, query, answer);
      if (would?.isShadow === true) tell(would);
    }
    return this.#judge(policies, query, answer);
  }

  /** What ends the query when no answer is to be had that might have kept a rule from it. */
  settle(view: View, query: Query, tell: (would: Verdict) => void): Verdict | undefined {
    const { policies, shadowPolicies } = view;
    if (shadowPolicies?.watches(query, false) && isOpen(view, query)) {
      const would = shadowPolicies.settle(query);
      if (would?.isShadow === true) tell(would);
    }
    return policies.watches(query, false) ? policies.settle(query) : undefined;
  }

  #judge(policies: PolicyChain, query: Query, answer: JudgedAnswer): Verdict | undefined {
    const { octets, length, hasAlias, isSigned } = answer;
    if (!policies.watches(query, hasAlias)) return undefined;
    this.#chain.read(octets, length, query);
    const verdict = policies.judgeAnswer(query, this.#chain, isSigned);
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

/** Whether a shadow has let the query pass when it came: if not, that was told then. */
function isOpen({ shadow }: View, query: Query): boolean {
  return judge(shadow!, query) === undefined;
}
