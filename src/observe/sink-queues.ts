/** What a thread gives to the sinks: each record, and the payload that goes with it. */

import type { Outcome, Reply } from '../decision/outcome.ts';
import type { Query } from '../wire/query.ts';
import type { DnstapWriter } from './dnstap.ts';
import type { FrameQueue } from './frame-queue.ts';

/** A record as it stands in the octets that are to be written to the log. */
export interface WrittenRecord {
  readonly octets: Buffer;
  readonly start: number;
  /** Behind the line end. */
  readonly end: number;
}

export class SinkQueues {
  readonly #syslog: FrameQueue | undefined;
  readonly #dnstap: FrameQueue | undefined;
  readonly #shipped: FrameQueue | undefined;
  readonly #writer: DnstapWriter | undefined;

  constructor(feeds: {
    readonly syslog: FrameQueue | undefined;
    readonly dnstap: { readonly queue: FrameQueue; readonly writer: DnstapWriter } | undefined;
    readonly shipped: FrameQueue | undefined;
  }) {
    this.#syslog = feeds.syslog;
    this.#dnstap = feeds.dnstap?.queue;
    this.#shipped = feeds.shipped;
    this.#writer = feeds.dnstap?.writer;
  }

  set clockStep(step: number) {
    if (this.#writer !== undefined) this.#writer.clockStep = step;
  }

  /** A decision and its record. */
  decided(
    query: Query,
    outcome: Outcome,
    reply: Reply | undefined,
    now: number,
    record: WrittenRecord,
  ): void {
    this.summarized(record);
    if (this.#dnstap === undefined) return;
    const writer = this.#writer!;
    const end = record.end - 1;
    writer.payload(query, outcome, reply, { now, record: record.octets, start: record.start, end });
    this.#dnstap.add(writer.octets, 0, writer.length);
  }

  /** A record that goes with no message. */
  summarized({ octets, start, end }: WrittenRecord): void {
    this.#syslog?.add(octets, start, end - 1);
    this.#shipped?.add(octets, start, end - 1);
  }
}
