/**
 * Delivers an upstream's answer to its query, and to the queries that wait for the same answer:
 * each by its own view, policy and record.
 */

import { AttemptResult, isSilence } from '../decision/upstream-refusal.ts';
import { type AnswerCache, isKeepable } from '../forward/cache.ts';
import type { CacheEntry } from '../forward/cache-entry.ts';
import type { Coalescing } from '../forward/coalescing.ts';
import type { Exchanges } from '../forward/exchanges.ts';
import type { PendingQuery } from '../forward/pending-query.ts';
import { overrule } from '../forward/refusal.ts';
import { type Rest, restOf, TRANSFER_MS } from '../forward/transfer.ts';
import type { Policy } from '../policy/compile.ts';
import type { Answer } from '../wire/answer.ts';
import { BUFFER_LENGTH } from '../wire/header.ts';
import { collectOptions } from '../wire/opt.ts';
import { EdnsOption, Rcode } from '../wire/registry.ts';
import { type AliasResolution, FAILED, type ResolvedAlias } from './alias-resolution.ts';
import type { CacheHits, HitParts } from './cache-hits.ts';
import type { Answered } from './conclusion.ts';
import type { QueryPurpose } from './purpose.ts';

type Pending = PendingQuery<QueryPurpose>;

/** What the delivery works with. */
export interface DeliveryParts extends HitParts {
  readonly exchanges: Exchanges<QueryPurpose>;
  readonly coalescing: Coalescing<QueryPurpose>;
  readonly hits: CacheHits;
  /** Where the query at hand stands when it comes from a pending query. */
  readonly buffer: Uint8Array;
}

/** What a configuration brings to it. */
interface DeliverySetup {
  readonly policy: Policy;
  readonly cache: AnswerCache;
}

/** Why nobody has answered. */
type Reason = 'timedOut' | 'unreachable' | 'tooLarge' | 'looped';

export class Delivery {
  readonly #parts: DeliveryParts;
  /** Where an answer stands for those who get it after the first. */
  readonly #spare: Uint8Array = new Uint8Array(BUFFER_LENGTH);
  #setup: DeliverySetup;

  constructor(setup: DeliverySetup, parts: DeliveryParts) {
    this.#setup = setup;
    this.#parts = parts;
  }

  use(setup: DeliverySetup): void {
    this.#setup = setup;
  }

  /** The pending query's query is the one at hand again. */
  restore(pending: Pending): void {
    const { query, buffer } = this.#parts;
    pending.restore(query, buffer);
    const { index } = pending.purpose.view!;
    const { policy } = this.#setup;
    // A query that began under an earlier configuration gets a record of the present one.
    const isPresent = policy.views[index] === pending.purpose.view;
    query.view = isPresent ? index : policy.viewOf(query).index;
  }

  /** The last word on the pending query's question, whose query is at hand. */
  answer(pending: Pending, answer: Answer, now: number): void {
    const { exchanges, coalescing } = this.#parts;
    if (pending.refusal !== undefined) overrule(pending, now);
    exchanges.overtake(pending, now);
    let follower = coalescing.leave(pending);
    if (follower === undefined) {
      this.#keep(pending, answer, now);
      return this.#deliver(pending, pending, answer, now);
    }
    // What is delivered first is written over the answer, and gives the pending query away.
    const { upstream, sentAt, attempts } = pending;
    const told: Answered = { upstream, sentAt, attempts, isStreaming: false };
    const octets = answer.message.slice(0, answer.length);
    this.#keep(pending, answer, now);
    this.#deliver(pending, told, answer, now);
    while (follower !== undefined) {
      const { next }: Pending = follower;
      this.restore(follower);
      this.#spare.set(octets);
      answer.parse(this.#spare, octets.length);
      this.#deliver(follower, told, answer, now);
      follower = next;
    }
  }

  /** No server is left to ask; `answer` is a refusal that has just come. */
  failure(pending: Pending, now: number, answer?: Answer): void {
    const { coalescing } = this.#parts;
    const { refusal, attempts } = pending;
    const reason = reasonOf(pending);
    let follower = coalescing.leave(pending);
    this.#keepFailure(pending, reason, now);
    this.#fail(pending, reason, now, answer);
    while (follower !== undefined) {
      const { next }: Pending = follower;
      this.restore(follower);
      follower.refusal = refusal;
      follower.attempts = attempts;
      this.#fail(follower, reason, now);
      follower = next;
    }
  }

  /** The pending query's client has more under way than anybody else, and there is too much. */
  shed(pending: Pending, now: number): void {
    const { coalescing, exchanges, hits, conclusion } = this.#parts;
    const successor = coalescing.withdraw(pending);
    if (successor !== undefined) exchanges.handOver(pending, successor, now);
    const { isAnswered } = pending;
    const { resolution } = pending.purpose;
    const view = pending.purpose.view!;
    const stale = this.#stale(pending, now);
    exchanges.close(pending);
    if (isAnswered) return;
    if (stale !== undefined) return hits.answer(stale, view, now, resolution);
    if (resolution !== undefined) return this.resume(resolution, FAILED, now);
    if (hits.settles(view, now)) return;
    conclusion.verdict(this.#setup.policy.overload, now);
  }

  /** The pending query's client has waited long enough, if there is an answer that is stale. */
  answerStale(pending: Pending, now: number): void {
    const stale = this.#stale(pending, now);
    if (stale === undefined || pending.isAnswered) return;
    pending.isAnswered = true;
    const { view, resolution } = pending.purpose;
    this.#parts.hits.answer(stale, view!, now, resolution);
  }

  /** An answer to a query of the view that was kept beyond its time. */
  #stale({ purpose }: Pending, now: number): CacheEntry | undefined {
    const { query } = this.#parts;
    if (!isKeepable(query)) return undefined;
    return this.#setup.cache.findStale(query, purpose.view!.cache, now);
  }

  #deliver(pending: Pending, told: Answered, answer: Answer, now: number): void {
    const { query, conclusion, exchanges, hits } = this.#parts;
    const { view, resolution } = pending.purpose;
    if (pending.isAnswered) return exchanges.close(pending);
    const stale = answer.rcode === Rcode.SERVFAIL ? this.#stale(pending, now) : undefined;
    if (stale !== undefined) {
      exchanges.close(pending);
      return hits.answer(stale, view!, now, resolution);
    }
    if (resolution !== undefined) return this.#resolve(pending, resolution, answer, now);
    if (this.#isReplaced(pending, answer, now)) return;
    pending.isStreaming = query.isTransfer && query.isByStream && answer.rcode === 0;
    const { forwarded } = view!.routes.find(query)!;
    const options = collectOptions(answer.message, answer.optAt, EdnsOption.EDE);
    const rest = pending.isStreaming ? restOf(pending, query, answer) : 'none';
    conclusion.answer(told, answer, options, { verdict: forwarded, now });
    if (pending.isStreaming) this.await(pending, rest, now);
    else exchanges.close(pending);
  }

  /** A message of a transfer has been passed on; the next one, if there is one, has its own time. */
  await(pending: Pending, rest: Rest, now: number): void {
    const { exchanges, conclusion } = this.#parts;
    pending.isPerhapsWhole = rest !== 'more';
    if (rest === 'none') {
      exchanges.close(pending);
      conclusion.done(true);
    } else exchanges.wait(pending, now, rest === 'more' ? TRANSFER_MS : pending.group!.timeout);
  }

  /** The answer is for the alias of a rule. */
  #resolve(pending: Pending, resolution: AliasResolution, answer: Answer, now: number): void {
    this.#parts.exchanges.close(pending);
    const { rcode, message } = answer;
    this.resume(resolution, { rcode, answer: message.slice(0, answer.withoutOpt()) }, now);
  }

  /** Whether policy has answered in place of the upstream. */
  #isReplaced(pending: Pending, answer: Answer, now: number): boolean {
    const { query, exchanges, judge, policyAnswers } = this.#parts;
    const view = pending.purpose.view!;
    if (!judge.watches(view, query, answer.hasAlias)) return false;
    // Nothing of it is changed: it may be one that is passed on as it is.
    const { message: octets, length, hasAlias } = answer;
    const judged = { octets, length, hasAlias };
    const verdict = judge.judge(view, query, judged, now);
    if (verdict === undefined) return false;
    exchanges.close(pending);
    policyAnswers.answer(verdict, view, now, judge.aliases);
    return true;
  }

  #fail(pending: Pending, reason: Reason, now: number, answer?: Answer): void {
    const { query, conclusion, exchanges, hits } = this.#parts;
    const { refusal, attempts, isAnswered } = pending;
    const { resolution } = pending.purpose;
    const view = pending.purpose.view!;
    const stale = refusal === undefined ? this.#stale(pending, now) : undefined;
    exchanges.close(pending);
    if (isAnswered) return;
    if (stale !== undefined) return hits.answer(stale, view, now, resolution);
    if (resolution !== undefined) return this.resume(resolution, FAILED, now);
    if (hits.settles(view, now)) return;
    const { verdicts } = view.routes.find(query)!;
    if (refusal !== undefined) {
      return conclusion.refusal(refusal, verdicts.refused, 'upstream', { now, answer });
    }
    conclusion.verdict(verdicts[reason], now, attempts);
  }

  #keep(pending: Pending, answer: Answer, now: number): void {
    if (!this.#isKept(pending)) return;
    const options = collectOptions(answer.message, answer.optAt, EdnsOption.EDE);
    const { cache } = pending.purpose.view!;
    const upstream = pending.upstream.name;
    this.#setup.cache.store(this.#parts.query, cache, answer, { upstream, options, now });
  }

  #keepFailure(pending: Pending, reason: Reason, now: number): void {
    const { query } = this.#parts;
    const { refusal, attempts, purpose } = pending;
    if (!this.#isKept(pending)) return;
    const view = purpose.view!.cache;
    if (refusal !== undefined) this.#setup.cache.storeRefusal(query, view, refusal, now);
    else if (reason !== 'looped') {
      this.#setup.cache.storeFailure(query, view, { reason, attempts }, now);
    }
  }

  resume(resolution: AliasResolution, resolved: ResolvedAlias, now: number): void {
    this.#parts.policyAnswers.resume(resolution, resolved, this.#parts.buffer, now);
  }

  /** Answers of an earlier configuration's upstreams are passed on, but not kept. */
  #isKept({ purpose }: Pending): boolean {
    return isKeepable(this.#parts.query) && this.#setup.policy.views.includes(purpose.view!);
  }
}

function reasonOf({ attempts, group }: Pending): Reason {
  if (attempts.some(({ result }) => result === AttemptResult.TRUNCATED)) return 'tooLarge';
  if (attempts.some(isSilence)) return 'timedOut';
  return group!.upstreams.some((upstream) => upstream.isLoop) ? 'looped' : 'unreachable';
}
