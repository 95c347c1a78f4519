/** Handing batches to a receiver, whatever it speaks. */

export type ReceiverKind = 'clickhouse' | 'otlp';

/** A row that the receiver does not take, and why. */
export interface RefusedRow {
  readonly row: string;
  readonly why: string;
}

/** What has become of a batch that is over. */
export interface Delivered {
  readonly refused: readonly RefusedRow[];
  /** Others that were not taken: how many, but not which. */
  readonly rejected?: { readonly count: number; readonly why: string } | undefined;
}

export interface Delivery {
  /**
   * Resolves when the receiver has each row, but for those that it will never take. Rejects with an
   * error whose message is for people, maybe an `Unavailable`, when the receiver is in trouble: some
   * of the rows may be there.
   */
  deliver(rows: readonly string[], stop: AbortSignal): Promise<Delivered>;
}

/** The receiver is in trouble, and has said for how long. */
export class Unavailable extends Error {
  /** Milliseconds until it is to be asked again. */
  readonly retryAfter: number;

  constructor(message: string, retryAfter = 0) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** Makes rows of the lines of a log. */
export interface Writer {
  /** Lines that were no whole records. */
  readonly skipped: number;
  /** The row of a line; undefined when it is none. */
  write(line: string): string | undefined;
}
