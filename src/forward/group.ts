/** A named group of upstream servers and the order in which they are asked. */

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
  /** Replaced as a whole when a resolv.conf changes. */
  servers: readonly Server[] = [];
  #turn = 0;

  constructor({ name, strategy, timeout, attempts }: GroupSettings) {
    this.name = name;
    this.strategy = strategy;
    this.timeout = timeout;
    this.attempts = attempts;
  }

  /** Where a new query begins to look for a server. */
  start(): number {
    const count = this.servers.length;
    if (count < 2) return 0;
    if (this.strategy === 'round-robin') return this.#turn++ % count;
    return this.strategy === 'random' ? random16() % count : 0;
  }

  /**
   * Position of the next server to ask; `tried` has a bit for each that was. A server that has
   * failed lately comes after those that have not. One that leads back here is never asked.
   */
  choose(tried: number, start: number, now: number): number {
    const position = this.#pick(tried, start, now, true);
    return position === NO_SERVER ? this.#pick(tried, start, now, false) : position;
  }

  #pick(tried: number, start: number, now: number, up: boolean): number {
    const { servers } = this;
    let best = NO_SERVER;
    for (let i = 0; i < servers.length; i++) {
      const position = (start + i) % servers.length;
      const server = servers[position]!;
      if ((tried & (1 << position)) !== 0 || server.isLoop || server.isUp(now) !== up) continue;
      if (this.strategy !== 'fastest') return position;
      if (best === NO_SERVER || server.rttMs < servers[best]!.rttMs) best = position;
    }
    if (best !== NO_SERVER) this.#passOver(best);
    return best;
  }

  #passOver(chosen: number): void {
    for (let i = 0; i < this.servers.length; i++) {
      if (i !== chosen) this.servers[i]!.passedOver();
    }
  }
}
