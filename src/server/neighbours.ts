/** Other processes on our addresses: how one takes the place of another without loss. */

import { type Endpoint, parseAddress } from '../net/address.ts';
import { countUdpSockets } from '../transport/udp-sockets.ts';

/** The part of the data threads that has to know. */
export interface Steered {
  steer(others: readonly number[]): void;
}

/**
 * The processes that share our addresses. Who comes last steers all queries to itself: its sockets
 * are behind those of the others. When these are gone, its sockets are the first.
 */
export class Neighbours {
  readonly #isShared: boolean;
  readonly #count: typeof countUdpSockets;
  #endpoints: readonly Endpoint[] = [];
  /** For each endpoint: UDP sockets that are not ours. */
  #others: readonly number[] = [];

  constructor(isShared: boolean, count: typeof countUdpSockets = countUdpSockets) {
    this.#isShared = isShared;
    this.#count = count;
  }

  /** Looks who is there before we are; returns their sockets at each endpoint. */
  meet(endpoints: readonly Endpoint[]): readonly number[] {
    this.#endpoints = endpoints;
    this.#others = this.#isShared ? this.#countOthers(0) : endpoints.map(() => 0);
    return this.#others;
  }

  /** Looks again, and informs the threads, which have `own` sockets at each endpoint. */
  look(threads: Steered | undefined, own: number): void {
    if (!this.#isShared || threads === undefined) return;
    const before = this.#others;
    this.#others = this.#countOthers(own);
    const wereThere = before.some((count) => count > 0);
    if (wereThere && this.#others.every((count) => count === 0)) threads.steer(this.#others);
  }

  #countOthers(own: number): number[] {
    return this.#endpoints.map(({ address, port }) => {
      const { family, words } = parseAddress(address.replace(/%.*/, ''))!;
      return Math.max(0, this.#count({ family, words, port }) - own);
    });
  }
}
