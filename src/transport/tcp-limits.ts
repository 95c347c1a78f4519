/** Limits of the connections of clients. */

/** What a listener does not let happen. */
export interface TcpLimits {
  /** Connections in all, and of one client: an IPv4 address or an IPv6 /64. */
  readonly connections: number;
  readonly perClient: number;
  /** Queries of one connection that may wait for their answers; more are read later. */
  readonly pipelined: number;
  /** Milliseconds without a whole query, or without taking an answer; and of a connection's life. */
  readonly idle: number;
  readonly total: number;
  /** Bytes of replies that a client may leave unread; and of a transfer. */
  readonly unread: number;
  readonly unreadTransfer: number;
}

export const TCP_LIMITS: TcpLimits = {
  connections: 2000,
  perClient: 200,
  pipelined: 256,
  idle: 10_000,
  total: 600_000,
  unread: 1 << 20,
  unreadTransfer: 64 << 20,
};
