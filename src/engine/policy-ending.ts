/** How policy ends a query: at once, over an upstream's answer, or with an alias to be asked for. */

import type { Verdict } from '../decision/verdict.ts';
import { AnswerJudge, type JudgedAnswer } from '../policy/answer-judge.ts';
import { aliasTarget, TOO_LONG } from '../policy/rules/alias-target.ts';
import type { View } from '../policy/view.ts';
import type { Query } from '../wire/query.ts';
import { Rcode } from '../wire/registry.ts';
import type { Aliases } from '../wire/response.ts';
import { type AliasResolution, beginResolution, endResolution } from './alias-resolution.ts';
import type { Conclusion } from './conclusion.ts';

/** Asks for what stands in the query, for the sake of `resolution`. */
export type Ask = (view: View, now: number, resolution: AliasResolution) => void;

/** What has come of asking for an alias: an rcode, and an answer if there is one. */
export interface ResolvedAlias {
  readonly rcode: number;
  readonly answer?: Uint8Array;
}

/** An alias that could not be resolved. */
export const FAILED: ResolvedAlias = { rcode: Rcode.SERVFAIL };

export class PolicyEnding {
  readonly #query: Query;
  readonly #conclusion: Conclusion;
  readonly #ask: Ask;
  readonly #judge: AnswerJudge = new AnswerJudge();
  /** One for all, since each would cost memory. */
  readonly #tell = (would: Verdict): void => this.#conclusion.shadow(would, this.#now);
  #now = 0;

  constructor(query: Query, conclusion: Conclusion, ask: Ask) {
    this.#query = query;
    this.#conclusion = conclusion;
    this.#ask = ask;
  }

  /** Whether policy wants to see an answer; `hasAlias` tells of the answer. */
  watches({ policies, shadowPolicies }: View, hasAlias: boolean): boolean {
    const query = this.#query;
    return policies.watches(query, hasAlias) || shadowPolicies?.watches(query, hasAlias) === true;
  }

  /** Ends the query by a rule that only an answer might have kept from deciding. */
  settles(view: View, now: number): boolean {
    this.#now = now;
    const verdict = this.#judge.settle(view, this.#query, this.#tell);
    if (verdict !== undefined) this.end(verdict, view, now);
    return verdict !== undefined;
  }

  /** What policy says to an answer; undefined leaves it as it is. */
  judge(view: View, answer: JudgedAnswer, now: number): Verdict | undefined {
    this.#now = now;
    return this.#judge.judge(view, this.#query, answer, this.#tell);
  }

  /** Ends the query as `judge` has said. */
  overrule(verdict: Verdict, view: View, now: number): void {
    this.end(verdict, view, now, this.#judge.aliases);
  }

  /** Ends the query; `aliases` lead from the name asked to the one that matched. */
  end(verdict: Verdict, view: View, now: number, aliases?: Aliases): void {
    const target = aliasTarget(verdict, this.#query);
    if (target === TOO_LONG) {
      // RFC 6672 section 2.2 says it of names that a DNAME makes too long.
      return this.#conclusion.policy(verdict, { rcode: Rcode.YXDOMAIN, aliases }, now);
    }
    if (target === undefined) return this.#conclusion.policy(verdict, { aliases }, now);
    this.#ask(view, now, beginResolution(this.#query, { verdict, target, aliases }));
  }

  /** The alias that was asked for has an answer, or has none; `buffer` is for the reply. */
  resume(
    resolution: AliasResolution,
    { rcode, answer }: ResolvedAlias,
    buffer: Uint8Array,
    now: number,
  ): void {
    endResolution(resolution, this.#query, buffer);
    const { verdict, aliases } = resolution;
    this.#conclusion.policy(verdict, { rcode, aliases, resolved: answer }, now);
  }
}
