/** One question on its way to one server: what an answer to it must match. */

import type { Transport } from '../wire/query.ts';
import type { PendingQuery } from './pending-query.ts';
import type { Upstream } from './upstream.ts';

/** Upstream queries are used again and again. */
export class UpstreamQuery {
  readonly index: number;
  /** Whose question it is; undefined for one that is not under way. */
  pending: PendingQuery | undefined;
  upstream: Upstream | undefined;
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
