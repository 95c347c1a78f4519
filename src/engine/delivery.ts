/**
 * How a query ends that was asked of upstreams, and with it those that wait for the same
 * answer: each by its own view, policy and record.
 */

import { type CacheEntry, isKeepable } from '../forward/cache.ts';
import type { Exchanges } from '../forward/exchanges.ts';
import type { Joins } from '../forward/joins.ts';
import { overrule } from '../forward/refusal.ts';
import type { Slot } from '../forward/slot.ts';
import type { View } from '../policy/view.ts';
import type { Answer } from '../wire/answer.ts';
import { BUFFER_LENGTH } from '../wire/header.ts';
import { collectOptions } from '../wire/opt.ts';
import { EdnsOption, Rcode } from '../wire/registry.ts';
import type { CacheHits } from './cache-hits.ts';
import type { Chase } from './chase.ts';
import type { Answered } from './conclusion.ts';
import type { ForwarderParts, Setup } from './forwarder.ts';
import { type Chased, FAILED } from './policy-ending.ts';

/** What the delivery works with, beside the parts of the forwarder. */
export interface DeliveryParts extends ForwarderParts {
  readonly exchanges: Exchanges;
  readonly joins: Joins;
  readonly hits: CacheHits;
  /** Where the query at hand stands when it comes from a slot. */
  readonly buffer: Uint8Array;
}

/** Why nobody has answered. */
type Reason = 'timedOut' | 'unreachable' | 'looped';

export class Delivery {
  readonly #parts: DeliveryParts;
  /** Where an answer stands for those who get it after the first. */
  readonly #spare: Uint8Array = new Uint8Array(BUFFER_LENGTH);
  #setup: Setup;

  constructor(setup: Setup, parts: DeliveryParts) {
    this.#setup = setup;
    this.#parts = parts;
  }

  use(setup: Setup): void {
    this.#setup = setup;
  }

  /** The slot's query is the one at hand again. */
  restore(slot: Slot): void {
    const { query, buffer } = this.#parts;
    slot.restore(query, buffer);
    const { index } = slot.purpose as View;
    const { views, viewTable } = this.#setup.policy;
    // Of a query that began by an earlier configuration the record is one of this.
    query.view = views[index] === slot.purpose ? index : viewTable.find(query);
  }

  /** The last word on the slot's question, whose query is at hand. */
  answer(slot: Slot, answer: Answer, now: number): void {
    const { exchanges, joins } = this.#parts;
    if (slot.refusal !== undefined) overrule(slot, now);
    exchanges.overtake(slot, now);
    let follower = joins.leave(slot);
    if (follower === undefined) {
      this.#keep(slot, answer, now);
      return this.#deliver(slot, slot, answer, now);
    }
    // What is delivered first is written over the answer, and gives the slot away.
    const { server, sentAt, attempts } = slot;
    const told: Answered = { server, sentAt, attempts, isStreaming: false };
    const octets = answer.message.slice(0, answer.length);
    this.#keep(slot, answer, now);
    this.#deliver(slot, told, answer, now);
    while (follower !== undefined) {
      const { next }: Slot = follower;
      this.restore(follower);
      this.#spare.set(octets);
      answer.parse(this.#spare, octets.length);
      this.#deliver(follower, told, answer, now);
      follower = next;
    }
  }

  /** No server is left to ask; `answer` is a refusal that has just come. */
  failure(slot: Slot, now: number, answer?: Answer): void {
    const { joins } = this.#parts;
    const { refusal, attempts } = slot;
    const reason = reasonOf(slot);
    let follower = joins.leave(slot);
    this.#keepFailure(slot, reason, now);
    this.#fail(slot, reason, now, answer);
    while (follower !== undefined) {
      const { next }: Slot = follower;
      this.restore(follower);
      follower.refusal = refusal;
      follower.attempts = attempts;
      this.#fail(follower, reason, now);
      follower = next;
    }
  }

  /** The slot's client has waited long enough, if there is an answer that is stale. */
  hurry(slot: Slot, now: number): void {
    const stale = this.#stale(slot, now);
    if (stale === undefined || slot.isAnswered) return;
    slot.isAnswered = true;
    this.#parts.hits.answer(stale, slot.purpose as View, now, slot.chase as Chase | undefined);
  }

  /** An answer to a query of the view that was kept beyond its time. */
  #stale({ purpose }: Slot, now: number): CacheEntry | undefined {
    const { query } = this.#parts;
    if (!isKeepable(query)) return undefined;
    return this.#setup.cache.findStale(query, (purpose as View).cache, now);
  }

  #deliver(slot: Slot, told: Answered, answer: Answer, now: number): void {
    const { query, conclusion, exchanges, hits } = this.#parts;
    const view = slot.purpose as View;
    if (slot.isAnswered) return exchanges.close(slot);
    const stale = answer.rcode === Rcode.SERVFAIL ? this.#stale(slot, now) : undefined;
    if (stale !== undefined) {
      const chase = slot.chase as Chase | undefined;
      exchanges.close(slot);
      return hits.answer(stale, view, now, chase);
    }
    if (this.#isEnded(slot, answer, now)) return;
    slot.isStreaming = query.isTransfer && query.transport === 'tcp' && answer.rcode === 0;
    const { forwarded } = view.routes.find(query)!;
    const options = collectOptions(answer.message, answer.optAt, EdnsOption.EDE);
    conclusion.answer(told, answer, options, { verdict: forwarded, now });
    if (slot.isStreaming) exchanges.wait(slot, now);
    else exchanges.close(slot);
  }

  /** The answer is not for the client itself, or policy says something else in its place. */
  #isEnded(slot: Slot, answer: Answer, now: number): boolean {
    const { exchanges, ending } = this.#parts;
    const view = slot.purpose as View;
    if (slot.chase !== undefined) {
      const chase = slot.chase as Chase;
      exchanges.close(slot);
      const { rcode, message } = answer;
      this.resume(chase, { rcode, answer: message.slice(0, answer.withoutOpt()) }, now);
      return true;
    }
    if (!ending.watches(view, answer.hasAlias)) return false;
    const { message: octets, hasAlias, isSigned } = answer;
    const judged = { octets, length: answer.withoutOpt(), hasAlias, isSigned };
    const verdict = ending.judge(view, judged, now);
    if (verdict === undefined) return false;
    exchanges.close(slot);
    ending.overrule(verdict, view, now);
    return true;
  }

  #fail(slot: Slot, reason: Reason, now: number, answer?: Answer): void {
    const { query, conclusion, ending, exchanges, hits } = this.#parts;
    const { refusal, attempts, isAnswered } = slot;
    const view = slot.purpose as View;
    const chase = slot.chase as Chase | undefined;
    const stale = refusal === undefined ? this.#stale(slot, now) : undefined;
    exchanges.close(slot);
    if (isAnswered) return;
    if (stale !== undefined) return hits.answer(stale, view, now, chase);
    if (chase !== undefined) return this.resume(chase, FAILED, now);
    if (ending.settles(view, now)) return;
    const { verdicts } = view.routes.find(query)!;
    if (refusal !== undefined) {
      return conclusion.refusal(refusal, verdicts.refused, 'upstream', { now, answer });
    }
    conclusion.verdict(verdicts[reason], now, attempts);
  }

  #keep(slot: Slot, answer: Answer, now: number): void {
    if (!this.#isKept(slot)) return;
    const options = collectOptions(answer.message, answer.optAt, EdnsOption.EDE);
    const { cache } = slot.purpose as View;
    const upstream = slot.server.name;
    this.#setup.cache.store(this.#parts.query, cache, answer, { upstream, options, now });
  }

  #keepFailure(slot: Slot, reason: Reason, now: number): void {
    const { query } = this.#parts;
    const { refusal, attempts, purpose } = slot;
    if (!this.#isKept(slot)) return;
    const view = (purpose as View).cache;
    if (refusal !== undefined) this.#setup.cache.storeRefusal(query, view, refusal, now);
    else if (reason !== 'looped') {
      this.#setup.cache.storeFailure(query, view, { reason, attempts }, now);
    }
  }

  resume(chase: Chase, chased: Chased, now: number): void {
    this.#parts.ending.resume(chase, chased, this.#parts.buffer, now);
  }

  /** What the upstreams of an earlier configuration say is passed on, but not told again. */
  #isKept({ purpose }: Slot): boolean {
    return isKeepable(this.#parts.query) && this.#setup.policy.views.includes(purpose as View);
  }
}

function reasonOf({ attempts, group }: Slot): Reason {
  if (attempts.some(({ result }) => result === 'timeout')) return 'timedOut';
  return group!.servers.some((server) => server.isLoop) ? 'looped' : 'unreachable';
}
