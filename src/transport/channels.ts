/** Ways to an upstream: what UDP sockets and TCP connections have in common. */

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

/** What comes back by a channel. The octets may be used during the call only. */
export interface ChannelEvents {
  /** Returns whether it fits what was asked: by a connection nothing does that comes after what does not. */
  answered(upstream: number, channel: number, octets: Buffer): boolean;
  /** Nothing more will come by this channel. */
  ended(upstream: number, channel: number, end: ChannelEnd): void;
}

/**
 * By which channel a question leaves: the `usual` one, a `fresh` one that nothing was asked by
 * before, or one that it has `alone`, for a transfer.
 */
export type Manner = 'usual' | 'fresh' | 'alone';

/** Where a server is. */
export interface Remote {
  readonly address: string;
  readonly port: number;
}

/** The channels of one transport to all upstreams. */
export interface Channels {
  /** Sends to server number `upstream`; returns the number of the channel. */
  send(
    upstream: number,
    remote: Remote,
    octets: Uint8Array,
    length: number,
    manner?: Manner,
  ): number;
  /**
   * Whether a question waits behind others on a connection that has been silent since, or by a
   * socket that was retired because it is silent: another channel is likely to be quicker.
   */
  isStuck(upstream: number, channel: number, id: number, sentAt: number): boolean;
  /**
   * Whether nothing has come by a socket since `sentAt`, though something has by others, all of
   * which were opened later: they may have the host's new address, and this one its old.
   */
  isOutlived(upstream: number, channel: number, sentAt: number): boolean;
  /**
   * A question that left by the channel at `sentAt` has timed out: a channel that has been silent
   * is retired. Returns whether it has been.
   */
  unanswered(upstream: number, channel: number, sentAt: number): boolean;
  /** Replaces and closes what is due. */
  tick(): void;
  close(): void;
}

/** `connect ECONNREFUSED 192.0.2.1:53` and its like in a word for a record. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message;
}

/** The ID of a message (RFC 1035 section 4.1.1); of one that is too short, any. */
export function idOf(octets: Uint8Array): number {
  return (octets[0]! << 8) | octets[1]!;
}

/** Nothing was heard in the second half of the time that a question has waited. */
export function isSilent(heardAt: number, sentAt: number, now: number): boolean {
  return heardAt <= (sentAt + now) / 2;
}
