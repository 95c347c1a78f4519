/** What a shell offers to ask upstreams by: sockets and connections, each with a number. */

import type { Transport } from '../wire/query.ts';
import type { Upstream } from './upstream.ts';

/**
 * By which channel a question leaves: the `usual` one, a `fresh` one that nothing was asked by
 * before, or one that it has `alone`, for a transfer.
 */
export type Manner = 'usual' | 'fresh' | 'alone';

/**
 * How a channel ended: its server `closed` a connection that it had accepted; what came by it was
 * `garbled`: no messages, or none that were asked for; a datagram is `unsent`, because the address or route that the socket was opened with is gone; or the server
 * cannot be reached, and all has `failed`.
 */
export interface ChannelEnd {
  readonly kind: 'closed' | 'garbled' | 'unsent' | 'failed';
  /** `ECONNREFUSED` and its like; `closed` for a connection that was closed in good order. */
  readonly reason: string;
  /** Whether it has answered anything. */
  readonly hasAnswered: boolean;
}

export interface Channels {
  /**
   * Sends a query; returns the number of the channel it left by, of which an answer must come
   * back. The octets are valid during the call only.
   */
  send(
    upstream: Upstream,
    octets: Uint8Array,
    length: number,
    transport: Transport,
    manner?: Manner,
  ): number;
  /**
   * Whether a question waits behind others on a connection that has been silent since, or by a
   * socket that was retired because it is silent: another channel is likely to be quicker.
   */
  isStuck(upstream: Upstream, channel: number, id: number, sentAt: number): boolean;
  /**
   * Whether nothing has come by a socket since `sentAt`, though something has by others, all of
   * which were opened later: they may have the host's new address, and this one its old.
   */
  isOutlived(upstream: Upstream, channel: number, sentAt: number): boolean;
  /**
   * A question that left by the channel at `sentAt` has timed out: a channel that has been silent
   * is retired, and with it those of the server that have been silent as long. Returns whether it
   * has been.
   */
  unanswered(upstream: Upstream, channel: number, sentAt: number): boolean;
}

/** Numbers of connections are negative. */
export function transportOf(channel: number): Transport {
  return channel < 0 ? 'tcp' : 'udp';
}
