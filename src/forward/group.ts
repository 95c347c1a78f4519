/** A named group of upstream servers and the order in which they are asked. */

import type { Query } from '../wire/query.ts';
import { random16 } from './random.ts';
import { Rank, type Upstream } from './upstream.ts';

export type Strategy = 'sequential' | 'round-robin' | 'random' | 'fastest';

export interface GroupSettings {
  readonly name: string;
  readonly strategy: Strategy;
  /** Milliseconds that one server may take. */
  readonly timeout: number;
  /** How often each server is asked. */
  readonly attempts: number;
  /** Control questions a minute to a server that refuses. */
  readonly probe: number;
}

/** Servers of a group are counted in the bits of a number. */
export const MAX_UPSTREAMS = 31;

/** No server is left to ask. */
export const NO_UPSTREAM = -1;

export class UpstreamGroup implements GroupSettings {
  readonly name: string;
  readonly strategy: Strategy;
  readonly timeout: number;
  readonly attempts: number;
  readonly probe: number;
  /** Replaced as a whole when a resolv.conf changes. */
  upstreams: readonly Upstream[] = [];
  #turn = 0;

  constructor({ name, strategy, timeout, attempts, probe }: GroupSettings) {
    this.name = name;
    this.strategy = strategy;
    this.timeout = timeout;
    this.attempts = attempts;
    this.probe = probe;
  }

  /** Where a new query begins to look for a server. */
  start(): number {
    const count = this.upstreams.length;
    if (count < 2) return 0;
    if (this.strategy === 'round-robin') return this.#turn++ % count;
    return this.strategy === 'random' ? random16() % count : 0;
  }

  /**
   * Position of the next server to ask; `tried` has a bit for each that was. A server that
   * refuses everything comes after those that answer, and one that is down after both. One that
   * leads back here is never asked.
   */
  choose(tried: number, start: number, query: Query, now: number): number {
    const { upstreams } = this;
    let best = NO_UPSTREAM;
    for (let i = 0; i < upstreams.length; i++) {
      const position = (start + i) % upstreams.length;
      if ((tried & (1 << position)) !== 0 || upstreams[position]!.isLoop) continue;
      if (best === NO_UPSTREAM || this.#isBetter(position, best, query, now)) best = position;
    }
    if (best !== NO_UPSTREAM && this.strategy === 'fastest') this.#passOver(best);
    return best;
  }

  /** None of its servers has been answering such queries. */
  isDownFor(query: Query, now: number): boolean {
    for (let i = 0; i < this.upstreams.length; i++) {
      const upstream = this.upstreams[i]!;
      if (upstream.rank(query, now) !== Rank.DOWN && !upstream.isLoop) return false;
    }
    return true;
  }

  /** Like `choose`, but only a server that answers, by the transport that is wanted. */
  chooseBesides(tried: number, start: number, query: Query, now: number): number {
    const position = this.choose(tried, start, query, now);
    if (position === NO_UPSTREAM) return NO_UPSTREAM;
    return this.upstreams[position]!.rank(query, now) === Rank.GOOD ? position : NO_UPSTREAM;
  }

  /** A server that is down and should see a client's question, to find out whether it is back. */
  chooseTrial(query: Query, now: number): number {
    for (let i = 0; i < this.upstreams.length; i++) {
      if (this.upstreams[i]!.isTrialDue(query, now)) return i;
    }
    return NO_UPSTREAM;
  }

  #isBetter(position: number, than: number, query: Query, now: number): boolean {
    const upstream = this.upstreams[position]!;
    const best = this.upstreams[than]!;
    const rank = upstream.rank(query, now);
    const other = best.rank(query, now);
    if (rank !== other) return rank < other;
    return this.strategy === 'fastest' && upstream.rttMs < best.rttMs;
  }

  #passOver(chosen: number): void {
    for (let i = 0; i < this.upstreams.length; i++) {
      if (i !== chosen) this.upstreams[i]!.passedOver();
    }
  }
}
