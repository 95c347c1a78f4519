/** What is spoken with an upstream on a connection: how queries go into its octets, and answers come out. */

/** What comes of pushed octets. */
export interface DialectEvents {
  /** A message; its octets are valid during the call only. */
  answered(octets: Buffer): void;
  /** The question with this ID gets no DNS message as its answer. */
  failed(id: number, reason: string): void;
}

export interface UpstreamDialect {
  /** Puts a query among what is to be sent. The octets are not kept. */
  ask(octets: Uint8Array, length: number): void;
  /** Takes octets of the stream; there may be something to send afterwards. */
  push(chunk: Buffer, on: DialectEvents): void;
  /**
   * The next of what is to be sent, in memory of its own; undefined when nothing is left. Each is
   * for a TLS record of its own: dnsdist 1.7 does not answer all queries of a record.
   */
  take(): Buffer | undefined;
  /** No more queries should be put to it. */
  readonly isFull: boolean;
  /** The other end is leaving or has broken the rules, and nothing that it still owes will come. */
  readonly isOver: boolean;
}
