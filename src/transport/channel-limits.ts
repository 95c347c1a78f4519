/** How many sockets and streams lead to one upstream, and how long each is used: of every shell. */

export interface ChannelLimits {
  /** UDP ports open to one server at a time (RFC 5452 section 9.2). */
  readonly ports: number;
  /** Queries that leave by one port before it is replaced. */
  readonly queriesPerPort: number;
  /** Milliseconds after which a port is replaced, however little it was used. */
  readonly life: number;
  /** Milliseconds for which what was replaced still takes answers. */
  readonly linger: number;
  /** Replaced sockets of one server that are kept for late answers; the oldest is closed first. */
  readonly lingering: number;
  /** TCP connections to one server that take questions, and those beside them for transfers. */
  readonly streams: number;
  readonly transfers: number;
  /** Questions that wait on a connection before another is opened beside it. */
  readonly pipelined: number;
  /** Milliseconds without a word, while a question waits, after which another is opened beside it. */
  readonly overdue: number;
  /** Milliseconds that a connection may take to be made before it counts as silent. */
  readonly connect: number;
  /** Milliseconds after which an unused connection is closed (RFC 7766 section 6.2.3). */
  readonly idle: number;
  /** The same of a connection that carries a transfer. */
  readonly transferIdle: number;
  /** Octets that a connection may hold which its server does not read. */
  readonly unsent: number;
}

export const CHANNEL_LIMITS: ChannelLimits = {
  ports: 16,
  queriesPerPort: 20_000,
  life: 120_000,
  linger: 15_000,
  lingering: 32,
  streams: 8,
  transfers: 8,
  pipelined: 4,
  overdue: 100,
  connect: 1000,
  idle: 10_000,
  transferIdle: 60_000,
  unsent: 1 << 18,
};

/** Milliseconds between two looks at what is to be replaced or closed. */
export const UPKEEP_MS = 250;
