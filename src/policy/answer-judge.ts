/** What policy says to an upstream's answer: rules on addresses, and on names behind aliases. */

import type { Verdict } from '../decision/verdict.ts';
import { AliasChain } from '../wire/alias-chain.ts';
import { Count, readUint16 } from '../wire/header.ts';
import type { Query } from '../wire/query.ts';
import type { Aliases } from '../wire/response.ts';
import type { PolicyChain } from './policy-chain.ts';
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
    { policies, trialPolicies }: View,
    query: Query,
    answer: JudgedAnswer,
    tell: (would: Verdict) => void,
  ): Verdict | undefined {
    // What needed no answer was told when the query came.
    if (trialPolicies?.judge(query) === undefined && trialPolicies !== undefined) {
      const would = this.#judge(trialPolicies, query, answer);
      if (would?.onTrial === true) tell(would);
    }
    return this.#judge(policies, query, answer);
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
