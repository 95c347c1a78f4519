/** All queries that wait for upstreams, and who has to go when there are too many. */

import type { Query } from '../wire/query.ts';
import { FairShare } from './fair-share.ts';
import type { UpstreamGroup } from './group.ts';
import { PendingQuery, type Purpose } from './pending-query.ts';
import { Pool } from './pool.ts';

export class PendingQueries<P extends Purpose> {
  readonly #capacity: number;
  readonly #pool: Pool<PendingQuery<P>>;
  readonly #shares: FairShare;

  /** One more than `capacity` has room: who has to go is known when the last one has come. */
  constructor(capacity: number, createPurpose: () => P) {
    this.#capacity = capacity;
    this.#pool = new Pool(this.places, (i) => new PendingQuery(i, createPurpose()));
    this.#shares = new FairShare(this.places);
  }

  /** Their numbers are below this. */
  get places(): number {
    return this.#capacity + 1;
  }

  get inUse(): number {
    return this.#pool.inUse;
  }

  get left(): number {
    return this.#pool.left;
  }

  /** The one with a number; undefined for -1. */
  at(index: number): PendingQuery<P> | undefined {
    return index < 0 ? undefined : this.#pool.made[index];
  }

  /** One that holds the query; undefined when there is no room. */
  open(query: Query, group: UpstreamGroup): PendingQuery<P> | undefined {
    const pending = this.#pool.take();
    if (pending === undefined) return undefined;
    pending.keep(query, group);
    this.#shares.enter(pending.index, query);
    return pending;
  }

  close(pending: PendingQuery<P>): void {
    pending.clear();
    this.#shares.leave(pending.index);
    this.#pool.give(pending);
  }

  /** The oldest of the client that has most, when there are too many. */
  get surplus(): PendingQuery<P> | undefined {
    return this.inUse > this.#capacity ? this.at(this.#shares.oldestOfMost()) : undefined;
  }

  /** One whose query an upstream was asked; undefined when there is none. */
  any(): PendingQuery<P> | undefined {
    if (this.inUse === 0) return undefined;
    return this.#pool.made.find(({ group, tried }) => group !== undefined && tried !== 0);
  }
}
