/** One question on its way to one server: what an answer to it must match. */

import type { Transport } from '../wire/query.ts';
import type { Server } from './server.ts';
import type { Slot } from './slot.ts';

/** Legs are used again and again. */
export class Leg {
  readonly index: number;
  /** Whose question it is; undefined for one that is not under way. */
  slot: Slot | undefined;
  server: Server | undefined;
  transport: Transport = 'udp';
  channel = 0;
  id = 0;
  sentAt = 0;
  edns = true;
  /** A server that refused the datagram is asked by TCP. */
  byTcp = false;

  constructor(index: number) {
    this.index = index;
  }
}
