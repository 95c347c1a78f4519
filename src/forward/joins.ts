/**
 * Queries that ask what is being asked already: they wait for the same answer. Besides sparing
 * upstreams it leaves a forger one question to guess the ID of (RFC 5452 section 5).
 */

import type { Query } from '../wire/query.ts';
import { keyOf, variantOf } from './cache-key.ts';
import type { Slot } from './slot.ts';

/** Places for questions under way; of two that meet in one, the later can be joined. */
const PLACES = 0x4000;

export class Joins {
  readonly #leaders: (Slot | undefined)[] = new Array(PLACES).fill(undefined);

  /**
   * Whether the slot's query now waits with another that is the same, for the same group and
   * by the same transport: a datagram's answer may be cut.
   */
  join(slot: Slot, query: Query, view: number): boolean {
    const variant = variantOf(query, view) * 2 + (query.transport === 'tcp' ? 1 : 0);
    const place = keyOf(query, variant) & (PLACES - 1);
    const leader = this.#leaders[place];
    if (leader?.group === slot.group && leader!.variant === variant && leader!.asks(query)) {
      slot.next = leader!.next;
      leader!.next = slot;
      return true;
    }
    slot.variant = variant;
    slot.place = place;
    this.#leaders[place] = slot;
    return false;
  }

  /** Nobody can join the slot any more; the first of those that have. */
  leave(slot: Slot): Slot | undefined {
    if (slot.place >= 0 && this.#leaders[slot.place] === slot) {
      this.#leaders[slot.place] = undefined;
    }
    const { next } = slot;
    slot.next = undefined;
    slot.place = -1;
    return next;
  }
}
