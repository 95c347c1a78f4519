/** Answers from the cache: policy has its say each time. */

import { type CacheEntry, writeCached } from '../forward/cache.ts';
import type { JudgedAnswer } from '../policy/answer-judge.ts';
import type { View } from '../policy/view.ts';
import type { Query } from '../wire/query.ts';
import { Rcode } from '../wire/registry.ts';
import type { AliasResolution } from './alias-resolution.ts';
import type { Conclusion } from './conclusion.ts';
import { FAILED, type PolicyEnding } from './policy-ending.ts';

export class CacheHits {
  readonly #query: Query;
  readonly #conclusion: Conclusion;
  readonly #ending: PolicyEnding;
  readonly #buffer: Uint8Array;
  /** The answer at hand, as old as it is by now: one for all. */
  readonly #aged: { -readonly [K in keyof JudgedAnswer]: JudgedAnswer[K] };

  /** `buffer` is where answers are made; the query at hand does not stand in it. */
  constructor(
    { query, conclusion, ending }: { query: Query; conclusion: Conclusion; ending: PolicyEnding },
    buffer: Uint8Array,
  ) {
    this.#query = query;
    this.#conclusion = conclusion;
    this.#ending = ending;
    this.#buffer = buffer;
    this.#aged = { octets: buffer, length: 0, hasAlias: false, isSigned: false };
  }

  /** Ends the query with the entry; for `resolution` it is the answer for an alias. */
  answer(entry: CacheEntry, view: View, now: number, resolution?: AliasResolution): void {
    const { octets, rcode, refusal, failure } = entry;
    if (resolution !== undefined) {
      const answer = octets.slice();
      writeCached(answer, entry, now);
      const resolved = octets.length > 0 ? { rcode, answer } : FAILED;
      return this.#ending.resume(resolution, resolved, this.#buffer, now);
    }
    const { forwarded, stale, verdicts } = view.routes.find(this.#query)!;
    if (refusal !== undefined) {
      if (this.#ending.settles(view, now)) return;
      return this.#conclusion.refusal(refusal, verdicts.refused, 'cache', { now });
    }
    if (failure !== undefined) {
      if (this.#ending.settles(view, now)) return;
      const { reason, attempts } = failure;
      return this.#conclusion.verdict(verdicts[reason], now, attempts, 'cache');
    }
    const aged = this.#age(entry, now);
    if (this.#ending.watches(view, entry.hasAlias)) {
      const overruling = this.#ending.judge(view, aged, now);
      if (overruling !== undefined) return this.#ending.overrule(overruling, view, now);
    }
    const staleness = rcode === Rcode.NXDOMAIN ? stale.nxdomain : stale.data;
    const verdict = now < entry.expiresAt ? forwarded : staleness;
    this.#conclusion.cached(entry, verdict, aged, now);
  }

  #age(entry: CacheEntry, now: number): JudgedAnswer {
    const aged = this.#aged;
    aged.length = writeCached(aged.octets, entry, now);
    aged.hasAlias = entry.hasAlias;
    aged.isSigned = entry.isSigned;
    return aged;
  }
}
