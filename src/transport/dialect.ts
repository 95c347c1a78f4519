/** What is spoken on a connection: how queries come out of its octets, and answers go in. */

/** A query came, in memory that is used again: `exchange` is its number in this connection. */
export type OnQuery = (octets: Buffer, exchange: number) => void;

/** An answer that nobody may keep. */
export const NO_STORE = -1;

export interface Dialect {
  /** Takes octets of the stream; `onQuery` is called for each query that is whole. */
  push(chunk: Buffer, onQuery: OnQuery): void;
  /** Answers a query. The octets are not kept; `maxAge` is how many seconds others may keep them. */
  reply(exchange: number, octets: Uint8Array, length: number, maxAge: number): void;
  /** One message of several that answer a query. */
  more(octets: Uint8Array, length: number): void;
  /** A query that gets no answer, or none more. */
  drop(exchange: number): void;
  /** Whether there is something to send. */
  readonly hasOutput: boolean;
  /** What is to be sent, in memory of its own; nothing is left. */
  take(): Buffer;
  /** No more queries will be read: what follows is up to the other end. */
  leave(): void;
  /** Nothing more is read: the other end is leaving, or has broken the rules. */
  readonly isEnding: boolean;
}
