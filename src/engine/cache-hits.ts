/** Answers from the cache, judged by policy each time. */

import type { CacheEntry } from '../forward/cache-entry.ts';
import type { AnswerJudge, JudgedAnswer } from '../policy/answer-judge.ts';
import type { View } from '../policy/view.ts';
import type { Query } from '../wire/query.ts';
import { Rcode } from '../wire/registry.ts';
import { type AliasResolution, FAILED, type PolicyAnswers } from './alias-resolution.ts';
import type { Conclusion } from './conclusion.ts';

/** What answers are made with. */
export interface HitParts {
  /** The one query that is at hand at a time. */
  readonly query: Query;
  readonly conclusion: Conclusion;
  readonly judge: AnswerJudge;
  readonly policyAnswers: PolicyAnswers;
}

export class CacheHits {
  readonly #query: Query;
  readonly #conclusion: Conclusion;
  readonly #judge: AnswerJudge;
  readonly #policyAnswers: PolicyAnswers;
  readonly #buffer: Uint8Array;
  /** The answer at hand, as old as it is by now: one for all. */
  readonly #aged: { -readonly [K in keyof JudgedAnswer]: JudgedAnswer[K] };

  /** `buffer` is where answers are made; the query at hand does not stand in it. */
  constructor({ query, conclusion, judge, policyAnswers }: HitParts, buffer: Uint8Array) {
    this.#query = query;
    this.#conclusion = conclusion;
    this.#judge = judge;
    this.#policyAnswers = policyAnswers;
    this.#buffer = buffer;
    this.#aged = { octets: buffer, length: 0, hasAlias: false };
  }

  /** Answers the query with the entry; for `resolution` it is the answer for an alias. */
  answer(entry: CacheEntry, view: View, now: number, resolution?: AliasResolution): void {
    const { rcode, refusal, failure } = entry;
    if (resolution !== undefined) {
      const answer = entry.octets.slice();
      entry.writeTo(answer, now);
      const resolved = answer.length > 0 ? { rcode, answer } : FAILED;
      return this.#policyAnswers.resume(resolution, resolved, this.#buffer, now);
    }
    const { forwarded, stale, verdicts } = view.routes.find(this.#query)!;
    if (refusal !== undefined) {
      if (this.settles(view, now)) return;
      return this.#conclusion.refusal(refusal, verdicts.refused, 'cache', { now });
    }
    if (failure !== undefined) {
      if (this.settles(view, now)) return;
      const { reason, attempts } = failure;
      return this.#conclusion.verdict(verdicts[reason], now, attempts, 'cache');
    }
    const aged = this.#age(entry, now);
    if (this.#judge.watches(view, this.#query, entry.hasAlias)) {
      const instead = this.#judge.judge(view, this.#query, aged, now);
      if (instead !== undefined) {
        return this.#policyAnswers.answer(instead, view, now, this.#judge.aliases);
      }
    }
    const staleness = rcode === Rcode.NXDOMAIN ? stale.nxdomain : stale.data;
    const verdict = now < entry.expiresAt ? forwarded : staleness;
    this.#conclusion.cached(entry, verdict, aged, now);
  }

  /** Whether a rule that was waiting for an answer has decided without one. */
  settles(view: View, now: number): boolean {
    const verdict = this.#judge.settle(view, this.#query, now);
    if (verdict !== undefined) this.#policyAnswers.answer(verdict, view, now);
    return verdict !== undefined;
  }

  #age(entry: CacheEntry, now: number): JudgedAnswer {
    const aged = this.#aged;
    aged.length = entry.writeTo(aged.octets, now);
    aged.hasAlias = entry.hasAlias;
    return aged;
  }
}
