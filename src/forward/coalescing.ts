/**
 * Queries that ask what is being asked already: they wait for the same answer. Besides sparing
 * upstreams it leaves a forger one question to guess the ID of (RFC 5452 section 5).
 */

import type { Query } from '../wire/query.ts';
import { keyOf, variantOf } from './cache-key.ts';
import type { PendingQuery, Purpose } from './pending-query.ts';

/** Places for questions under way; those that meet in one stand there one behind the other. */
const PLACES = 0x4000;

export class Coalescing<P extends Purpose> {
  readonly #leaders: (PendingQuery<P> | undefined)[] = new Array(PLACES).fill(undefined);

  /**
   * Whether the pending query's query now waits with another that is the same, for the same group and
   * by the same transport: a datagram's answer may be cut.
   */
  join(pending: PendingQuery<P>, query: Query, view: number): boolean {
    const variant = variantOf(query, view) * 2 + (query.isByStream ? 1 : 0);
    const place = keyOf(query, variant) & (PLACES - 1);
    for (let leader = this.#leaders[place]; leader; leader = leader.nextInPlace) {
      if (leader.group !== pending.group || leader.variant !== variant) continue;
      if (!leader.asks(query)) continue;
      pending.next = leader.next;
      pending.before = leader;
      if (leader.next !== undefined) leader.next.before = pending;
      leader.next = pending;
      return true;
    }
    this.#lead(pending, variant, place);
    return false;
  }

  /**
   * The pending query's client does not wait any more. Of the others that wait for the same
   * answer the first is returned when it has to go on with the question.
   */
  withdraw(pending: PendingQuery<P>): PendingQuery<P> | undefined {
    const { before, next, variant, place } = pending;
    if (next !== undefined) next.before = before;
    pending.before = undefined;
    if (before === undefined) {
      this.leave(pending);
      if (next !== undefined) this.#lead(next, variant, place);
      return next;
    }
    before.next = next;
    pending.next = undefined;
    return undefined;
  }

  /** Nobody can join the pending query any more; the first of those that have. */
  leave(pending: PendingQuery<P>): PendingQuery<P> | undefined {
    if (pending.place >= 0) this.#unlink(pending);
    const { next } = pending;
    pending.next = undefined;
    pending.place = -1;
    return next;
  }

  #lead(pending: PendingQuery<P>, variant: number, place: number): void {
    pending.variant = variant;
    pending.place = place;
    pending.nextInPlace = this.#leaders[place];
    this.#leaders[place] = pending;
  }

  #unlink(pending: PendingQuery<P>): void {
    const first = this.#leaders[pending.place]!;
    if (first === pending) {
      this.#leaders[pending.place] = pending.nextInPlace;
    } else {
      let before = first;
      while (before.nextInPlace !== pending) before = before.nextInPlace!;
      before.nextInPlace = pending.nextInPlace;
    }
    pending.nextInPlace = undefined;
  }
}
