/**
 * The policies of a view, in their order (draft-vixie-dnsop-dns-rpz-00 section 5): of the names on
 * the way from the name asked along its aliases the first with a match decides, for each name the
 * first policy, in a policy the client's address before the name and the name before the addresses
 * of the answer.
 */

import { ruleOf } from '../../decision/rule-of.ts';
import type { Rule, Verdict } from '../../decision/verdict.ts';
import type { AliasChain } from '../../wire/alias-chain.ts';
import type { HashedName } from '../../wire/hashed-name.ts';
import type { Query } from '../../wire/query.ts';
import { letsPass, type NamePolicy } from './name-policy.ts';

/** No step of the way matched. */
const NO_STEP = -1;

export class PolicyChain {
  /** Which name of the last answer matched: how many aliases lead to it. */
  step: number = NO_STEP;
  readonly #policies: readonly NamePolicy[];
  readonly #watchesAddresses: boolean;
  readonly #keepsSigned: boolean;
  /** Position of the policy that matched last. */
  #position = 0;

  constructor(policies: readonly NamePolicy[]) {
    this.#policies = policies;
    this.#watchesAddresses = policies.some(({ watchesAddresses }) => watchesAddresses);
    this.#keepsSigned = policies.some(({ keepsSigned }) => keepsSigned);
  }

  /** What the query is told at once; undefined also while the answer has a say in it. */
  judge(query: Query): Verdict | undefined {
    const found = this.search(query);
    return found === undefined || this.#waits(query) ? undefined : enforced(found, query);
  }

  /** What the query is told when no answer is to be had. */
  settle(query: Query): Verdict | undefined {
    const found = this.search(query);
    return found === undefined ? undefined : enforced(found, query);
  }

  /** Whether an answer to the query has to be judged; `hasAlias` tells of the answer. */
  watches(query: Query, hasAlias: boolean): boolean {
    if (this.#policies.length === 0 || !query.isLookup || query.isVerbatim) return false;
    return hasAlias || this.#watchesAddresses || (this.#keepsSigned && query.dnssecOk);
  }

  /** What becomes of a query with this answer; undefined leaves the answer as it is. */
  judgeAnswer(query: Query, answer: AliasChain, isSigned: boolean): Verdict | undefined {
    for (let step = 0; step <= answer.length; step++) {
      const isLast = step === answer.length;
      const found = this.#searchStep(
        query,
        answer.name(step, query),
        step,
        isLast ? answer : undefined,
      );
      if (found === undefined) continue;
      this.step = step;
      return isSigned && this.#leavesSigned(query) ? undefined : enforced(found, query);
    }
    return undefined;
  }

  /** The first match for the query by itself, whether or not an answer has a say in it. */
  search(query: Query): Verdict | undefined {
    return query.isLookup ? this.#searchStep(query, query, 0, undefined) : undefined;
  }

  /** The rule of all policies that comes nearest to the name asked; only for readers. */
  findNear(query: Query): { readonly rule: Rule; readonly why: string } | undefined {
    let best: { readonly rule: Rule; readonly why: string } | undefined;
    let depth = Number.POSITIVE_INFINITY;
    for (const policy of query.isLookup ? this.#policies : []) {
      const near = policy.findNear(query);
      if (near === undefined || query.match.depth >= depth) continue;
      depth = query.match.depth;
      best = { rule: ruleOf(near.verdict, query), why: near.why };
    }
    return best;
  }

  /** What may keep the rule that `search` has found from deciding. */
  waitsFor(found: Verdict, query: Query): string | undefined {
    if (query.isVerbatim) return undefined;
    if (!letsPass(found) && this.#leavesSigned(query)) return 'unless the answer is signed';
    return this.#isBehindAddresses(query)
      ? 'unless a policy before it matches an address of the answer'
      : undefined;
  }

  #searchStep(
    query: Query,
    name: HashedName,
    step: number,
    addresses: AliasChain | undefined,
  ): Verdict | undefined {
    for (let i = 0; i < this.#policies.length; i++) {
      const policy = this.#policies[i]!;
      if (!policy.concerns(query)) continue;
      let found = step === 0 ? policy.judgeClient(query) : undefined;
      if (found === undefined) found = policy.judgeName(query, name);
      if (found === undefined && addresses !== undefined) {
        found = policy.judgeAddresses(query, addresses);
      }
      if (found === undefined) continue;
      this.#position = i;
      return found;
    }
    return undefined;
  }

  /** Whether the policy that matched last has to see the answer, or one before it has. */
  #waits(query: Query): boolean {
    if (!(this.#watchesAddresses || this.#keepsSigned) || query.isVerbatim) return false;
    return this.#leavesSigned(query) || this.#isBehindAddresses(query);
  }

  #isBehindAddresses(query: Query): boolean {
    for (let i = 0; i < this.#position; i++) {
      const policy = this.#policies[i]!;
      if (policy.watchesAddresses && policy.concerns(query)) return true;
    }
    return false;
  }

  #leavesSigned(query: Query): boolean {
    return query.dnssecOk && this.#policies[this.#position]!.keepsSigned;
  }
}

/** What the rule that was found does to the query; undefined when it lets it pass. */
function enforced(verdict: Verdict, { transport }: Query): Verdict | undefined {
  if (letsPass(verdict)) return undefined;
  // TCP-only (RPZ): the client of a truncated answer comes back by TCP, and there it is served.
  return verdict.action === 'truncate' && transport === 'tcp' ? undefined : verdict;
}
