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
    const variant = variantOf(query, view) * 2 + (query.transport === 'tcp' ? 1 : 0);
    const place = keyOf(query, variant) & (PLACES - 1);
    for (let leader = this.#leaders[place]; leader; leader = leader.nextInPlace) {
      if (leader.group !== pending.group || leader.variant !== variant) continue;
      if (!leader.asks(query)) continue;
      pending.next = leader.next;
      leader.next = pending;
      return true;
    }
    pending.variant = variant;
    pending.place = place;
    pending.nextInPlace = this.#leaders[place];
    this.#leaders[place] = pending;
    return false;
  }

  /** Nobody can join the pending query any more; the first of those that have. */
  leave(pending: PendingQuery<P>): PendingQuery<P> | undefined {
    if (pending.place >= 0) this.#unlink(pending);
    const { next } = pending;
    pending.next = undefined;
    pending.place = -1;
    return next;
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
