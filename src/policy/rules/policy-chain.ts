/**
 * The policies of a view, in their order (draft-vixie-dnsop-dns-rpz-00 section 5): of the names on
 * the way from the name asked along its aliases the first with a match decides, for each name the
 * first policy, in a policy the client's address before the name and the name before the addresses
 * of the answer.
 */

import { Pauses } from '../../decision/pauses.ts';
import { ruleOf } from '../../decision/rule-of.ts';
import type { Rule, Verdict } from '../../decision/verdict.ts';
import type { AliasChain } from '../../wire/alias-chain.ts';
import type { TranslationPrefix } from '../../wire/answer-addresses.ts';
import type { Query } from '../../wire/query.ts';
import { RrType } from '../../wire/registry.ts';
import { letsPass, type NamePolicy } from './name-policy.ts';

/** What a chain is made of besides its policies. */
export interface ChainParts {
  /** Prefixes of IPv6 addresses with an IPv4 address in their last 32 bits. */
  readonly nat64?: readonly TranslationPrefix[];
  /** For an answer that cannot be read as its client might read it. */
  readonly unreadable?: Verdict;
  /** Who is not judged for a while. */
  readonly pauses?: Pauses;
}

const NO_PREFIXES: readonly TranslationPrefix[] = [];

export class PolicyChain {
  /** Which name of the last answer matched: how many aliases lead to it. */
  step = 0;
  readonly nat64: readonly TranslationPrefix[];
  readonly #unreadable: Verdict | undefined;
  readonly #policies: readonly NamePolicy[];
  readonly #pauses: Pauses;
  readonly #watchesAddresses: boolean;
  readonly #keepsSigned: boolean;
  /** Position of the policy that matched last. */
  #position = 0;

  constructor(policies: readonly NamePolicy[], { nat64, unreadable, pauses }: ChainParts = {}) {
    this.#pauses = pauses ?? new Pauses();
    this.nat64 = nat64 ?? NO_PREFIXES;
    this.#unreadable = unreadable;
    this.#policies = policies;
    this.#watchesAddresses = policies.some(({ watchesAddresses }) => watchesAddresses);
    this.#keepsSigned = policies.some(({ keepsSigned }) => keepsSigned);
  }

  /** The verdict at once; undefined also while it may depend on the answer. */
  judge(query: Query): Verdict | undefined {
    const found = this.search(query);
    return found === undefined || this.#waits(query) ? undefined : enforced(found, query);
  }

  /** The verdict when there is no answer. */
  settle(query: Query): Verdict | undefined {
    const found = this.search(query);
    return found === undefined ? undefined : enforced(found, query);
  }

  /** Whether an answer to the query has to be judged; `hasAlias` is about the answer. */
  watches(query: Query, hasAlias: boolean): boolean {
    if (this.#policies.length === 0 || !query.isLookup || hasNoAnswer(query)) return false;
    return hasAlias || this.#watchesAddresses || (this.#keepsSigned && query.dnssecOk);
  }

  /**
   * What becomes of a query with this answer; undefined leaves the answer as it is. Each name on the
   * way is judged by the records of that name in the answer: its alias, or at the end its data.
   */
  judgeAnswer(query: Query, answer: AliasChain): Verdict | undefined {
    let isFirst = true;
    for (let step = 0; step <= answer.length; step++) {
      const found = this.#searchStep(query, answer, step, isFirst);
      if (found !== undefined) {
        this.step = step;
        return enforced(found, query);
      }
      isFirst = isFirst && this.#keepsSigned && query.dnssecOk && answer.isSigned(step, query);
    }
    this.step = 0;
    return this.#isUnreadable(query, answer) ? this.#unreadable : undefined;
  }

  #isUnreadable(query: Query, { losesAliases, losesAddresses }: AliasChain): boolean {
    if (!losesAliases && !(losesAddresses && this.#watchesAddresses)) return false;
    for (let i = 0; i < this.#policies.length; i++) {
      if (this.#policies[i]!.concerns(query)) return true;
    }
    return false;
  }

  /** The first match for the query by itself, whether or not it may depend on the answer. */
  search(query: Query): Verdict | undefined {
    return query.isLookup ? this.#searchStep(query, undefined, 0, true) : undefined;
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

  /** The policies that have no say in the query for a while; only for readers. */
  pausedFor(query: Query): readonly string[] {
    return this.#pauses.of(query);
  }

  /** What may keep the rule that `search` has found from deciding. */
  waitsFor(found: Verdict, query: Query): string | undefined {
    if (hasNoAnswer(query)) return undefined;
    if (!letsPass(found) && this.#leavesSigned(query)) return 'unless the answer is signed';
    return this.#isBehindAddresses(query)
      ? 'unless a policy before it matches an address of the answer'
      : undefined;
  }

  /**
   * The first match for the name at a step of the way. A policy that leaves signed data alone has no
   * say in a step that is signed; the client is judged with the first step that it has a say in.
   */
  #searchStep(
    query: Query,
    answer: AliasChain | undefined,
    step: number,
    isFirst: boolean,
  ): Verdict | undefined {
    const name = answer === undefined ? query : answer.name(step, query);
    const addresses = step === answer?.length ? answer : undefined;
    for (let i = 0; i < this.#policies.length; i++) {
      const policy = this.#policies[i]!;
      if (!policy.concerns(query) || this.#isLeft(policy, query, answer, step)) continue;
      const isNew = isFirst && (step === 0 || policy.keepsSigned);
      const found =
        (isNew ? policy.judgeClient(query) : undefined) ??
        policy.judgeName(query, name) ??
        (addresses && policy.judgeAddresses(query, addresses));
      if (found === undefined) continue;
      this.#position = i;
      return found;
    }
    return undefined;
  }

  /** Whether the policy has no say: it is paused, or leaves the records of this step, which are signed. */
  #isLeft(
    { name, keepsSigned }: NamePolicy,
    query: Query,
    answer: AliasChain | undefined,
    step: number,
  ): boolean {
    if (this.#pauses.isAny && this.#pauses.covers(query, name)) return true;
    return keepsSigned && query.dnssecOk && answer?.isSigned(step, query) === true;
  }

  /** Whether the policy that matched last has to see the answer, or one before it has. */
  #waits(query: Query): boolean {
    if (!(this.#watchesAddresses || this.#keepsSigned) || hasNoAnswer(query)) return false;
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

/** Type ANY gets a minimal answer of ours: there is nothing to wait for. */
function hasNoAnswer({ qtype }: Query): boolean {
  return qtype === RrType.ANY;
}

/** What the rule that was found does to the query; undefined when it lets it pass. */
function enforced(verdict: Verdict, { isByStream }: Query): Verdict | undefined {
  if (letsPass(verdict)) return undefined;
  // TCP-only (RPZ): the client of a truncated answer comes back by TCP, and there it is served.
  return verdict.action === 'truncate' && isByStream ? undefined : verdict;
}
