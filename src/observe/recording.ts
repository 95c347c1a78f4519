/** Takes note of every decision: counts it, writes its record, keeps it for a while. */

import {
  type ChannelLoss,
  eventOf,
  type Ignored,
  isRecorded,
  type Outcome,
  type Recorder,
  type RecordLevel,
  type Reply,
} from '../decision/outcome.ts';
import type { Pauses } from '../decision/pauses.ts';
import type { RefusalCause, Scope } from '../decision/upstream-refusal.ts';
import type { Query, Transport } from '../wire/query.ts';
import type { DecisionLog, Summary } from './decision-log.ts';
import type { RecentDecisions } from './recent.ts';
import { RecordWriter } from './record.ts';
import { json, NO_CONTEXT, type RecordContext } from './record-fragments.ts';
import { type LimitSettings, RecordLimit } from './record-limit.ts';
import type { SinkQueues } from './sink-queues.ts';
import type { Statistics } from './statistics.ts';
import { formatSummary } from './summary.ts';

export class Recording implements Recorder {
  level: RecordLevel = 'policy';
  /** Undefined: records go to the log alone. */
  feeds: SinkQueues | undefined;
  readonly #statistics: Statistics;
  readonly #recent: RecentDecisions;
  readonly #writer: RecordWriter = new RecordWriter();
  readonly #log: DecisionLog;
  readonly #limit: RecordLimit = new RecordLimit();
  #context: RecordContext = NO_CONTEXT;
  #records = 0;
  /** Which of the records are summaries. */
  readonly #summaries: Summary[] = [];
  /** The time of the last decision. */
  #now = 0;

  constructor(statistics: Statistics, recent: RecentDecisions, log: DecisionLog) {
    this.#statistics = statistics;
    this.#recent = recent;
    this.#log = log;
  }

  /** Undefined: as many records as there are decisions. */
  set limit(limit: LimitSettings | undefined) {
    this.#limit.settings = limit;
  }

  /** Who is not judged by policies for a while: records name the policies. */
  set pauses(pauses: Pauses) {
    this.#writer.pauses = pauses;
  }

  /** Milliseconds by which the clock on the wall is ahead: it has been set. */
  set clockStep(step: number) {
    this.#writer.clockStep = step;
    if (this.feeds !== undefined) this.feeds.clockStep = step;
  }

  /** Summaries under the old one are written before. */
  set context(context: RecordContext) {
    this.#summarize(this.#now);
    this.#limit.reset();
    this.#context = context;
    this.#writer.context = context;
    this.#statistics.groups = context.groups;
  }

  received(query: Query): void {
    this.#statistics.received(query);
  }

  decided(query: Query, outcome: Outcome, now: number, reply?: Reply): void {
    this.#statistics.decided(query, outcome, now);
    this.#record(query, outcome, now, reply);
  }

  shadowed(query: Query, outcome: Outcome, now: number): void {
    this.#statistics.shadowed(outcome.verdict);
    this.#record(query, outcome, now);
  }

  #record(query: Query, outcome: Outcome, now: number, reply?: Reply): void {
    if (!isRecorded(eventOf(outcome.verdict), this.level)) return;
    this.#now = now;
    if (this.#limit.isOver(now)) this.#summarize(now);
    if (this.#limit.takes(query, outcome, now)) return;
    const start = this.#writer.length;
    this.#writer.record(query, outcome, now);
    this.#keep(start);
    const { octets, length } = this.#writer;
    this.feeds?.decided(query, outcome, reply, now, { octets, start, end: length });
  }

  /** For what was counted and not recorded. */
  #summarize(now: number): void {
    for (const fold of this.#limit.drain()) {
      const start = this.#writer.length;
      const step = this.#writer.clockStep;
      const told = { ...fold, first: fold.first + step, last: fold.last + step };
      this.#writer.raw(json(formatSummary(told, this.#context, now + step)));
      this.#summaries.push({ end: this.#writer.length, count: fold.count });
      this.#keep(start);
      this.feeds?.summarized({ octets: this.#writer.octets, start, end: this.#writer.length });
    }
  }

  #keep(start: number): void {
    this.#recent.add(this.#writer.octets, start, this.#writer.length);
    this.#records++;
  }

  upstreamAnswered(upstream: string, rcode: number, rttMs: number): void {
    this.#statistics.upstreamAnswered(upstream, rcode, rttMs);
  }

  upstreamRefused(upstream: string, verdict: RefusalCause, scope: Scope): void {
    this.#statistics.upstreamWasRefused(upstream, verdict, scope);
  }

  channelLost(upstream: string, transport: Transport, loss: ChannelLoss): void {
    this.#statistics.channelLost(upstream, transport, loss);
  }

  ignored(reason: Ignored): void {
    this.#statistics.ignored(reason);
  }

  /** Now and then: writes the summaries of a second that is over; with `isLast`, of this one. */
  tick(now: number, isLast = false): void {
    if (isLast || this.#limit.isOver(now)) this.#summarize(now);
    this.flush();
  }

  /** Hands the records to the kernel: a shell does so before it sends the answers. */
  flush(): void {
    if (this.#records === 0) return;
    this.#log.write(this.#writer.octets, this.#writer.length, this.#records, this.#summaries);
    this.#summaries.length = 0;
    this.#writer.length = 0;
    this.#records = 0;
  }
}
