/** Ways to an upstream: what the UDP and the TCP side have in common. */

/** What comes back by a channel. The octets may be used during the call only. */
export interface ChannelEvents {
  answered(upstream: number, channel: number, octets: Buffer): void;
  /** Nothing more will come by this channel; without a reason it was closed in good order. */
  failed(upstream: number, channel: number, reason: string | undefined): void;
}

/** Where a server is. */
export interface Remote {
  readonly address: string;
  readonly port: number;
}

export interface Channels {
  /** Sends to server number `server`; returns the number of the channel. */
  send(upstream: number, remote: Remote, octets: Uint8Array, length: number): number;
  close(): void;
}

/** `connect ECONNREFUSED 192.0.2.1:53` and its like in a word for a record. */
export function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message;
}
