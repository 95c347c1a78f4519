/** A named group of upstream servers and the order in which they are asked. */

import { Rank } from './health.ts';
import { random16 } from './random.ts';
import type { Server } from './server.ts';

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
export const MAX_SERVERS = 31;

/** No server is left to ask. */
export const NO_SERVER = -1;

export class UpstreamGroup implements GroupSettings {
  readonly name: string;
  readonly strategy: Strategy;
  readonly timeout: number;
  readonly attempts: number;
  readonly probe: number;
  /** Replaced as a whole when a resolv.conf changes. */
  servers: readonly Server[] = [];
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
    const count = this.servers.length;
    if (count < 2) return 0;
    if (this.strategy === 'round-robin') return this.#turn++ % count;
    return this.strategy === 'random' ? random16() % count : 0;
  }

  /**
   * Position of the next server to ask; `tried` has a bit for each that was. A server that
   * refuses everything comes after those that answer, and one that is down after both. One that
   * leads back here is never asked.
   */
  choose(tried: number, start: number, now: number): number {
    const { servers } = this;
    let best = NO_SERVER;
    for (let i = 0; i < servers.length; i++) {
      const position = (start + i) % servers.length;
      if ((tried & (1 << position)) !== 0 || servers[position]!.isLoop) continue;
      if (best === NO_SERVER || this.#isBetter(servers[position]!, servers[best]!, now)) {
        best = position;
      }
    }
    if (best !== NO_SERVER && this.strategy === 'fastest') this.#passOver(best);
    return best;
  }

  /** None of its servers has been answering. */
  get isDown(): boolean {
    for (let i = 0; i < this.servers.length; i++) {
      const server = this.servers[i]!;
      if (!server.health.isDown && !server.isLoop) return false;
    }
    return true;
  }

  /** Like `choose`, but only a server that nothing speaks against. */
  chooseBesides(tried: number, start: number, now: number): number {
    const position = this.choose(tried, start, now);
    if (position === NO_SERVER) return NO_SERVER;
    return this.servers[position]!.health.rank(now) === Rank.GOOD ? position : NO_SERVER;
  }

  #isBetter(server: Server, than: Server, now: number): boolean {
    const rank = server.health.rank(now);
    const other = than.health.rank(now);
    if (rank !== other) return rank < other;
    return this.strategy === 'fastest' && server.rttMs < than.rttMs;
  }

  #passOver(chosen: number): void {
    for (let i = 0; i < this.servers.length; i++) {
      if (i !== chosen) this.servers[i]!.passedOver();
    }
  }
}
