/** Takes note of every decision: counts it, writes its record, keeps it for a while. */

import {
  eventOf,
  type Ignored,
  isRecorded,
  type Outcome,
  type Recorder,
  type RecordLevel,
} from '../decision/outcome.ts';
import type { UpstreamVerdict } from '../decision/upstream-refusal.ts';
import type { Query } from '../wire/query.ts';
import type { DecisionLog } from './decision-log.ts';
import type { RecentDecisions } from './recent.ts';
import { RecordWriter } from './record.ts';
import type { RecordContext } from './record-fragments.ts';
import type { Statistics } from './statistics.ts';

export class Recording implements Recorder {
  level: RecordLevel = 'policy';
  readonly #statistics: Statistics;
  readonly #recent: RecentDecisions;
  readonly #writer: RecordWriter = new RecordWriter();
  readonly #log: DecisionLog;
  #records = 0;

  constructor(statistics: Statistics, recent: RecentDecisions, log: DecisionLog) {
    this.#statistics = statistics;
    this.#recent = recent;
    this.#log = log;
  }

  set context(context: RecordContext) {
    this.#writer.context = context;
    this.#statistics.groups = context.groups;
  }

  received(query: Query): void {
    this.#statistics.received(query);
  }

  decided(query: Query, outcome: Outcome, now: number): void {
    this.#statistics.decided(query, outcome, now);
    this.#record(query, outcome, now);
  }

  shadowed(query: Query, outcome: Outcome, now: number): void {
    this.#statistics.shadowed(outcome.verdict);
    this.#record(query, outcome, now);
  }

  #record(query: Query, outcome: Outcome, now: number): void {
    if (!isRecorded(eventOf(outcome.verdict), this.level)) return;
    const start = this.#writer.length;
    this.#writer.record(query, outcome, now);
    this.#recent.add(this.#writer.octets, start, this.#writer.length);
    this.#records++;
  }

  upstreamAnswered(upstream: string, rcode: number, rttMs: number): void {
    this.#statistics.upstreamAnswered(upstream, rcode, rttMs);
  }

  upstreamRefused(upstream: string, verdict: UpstreamVerdict): void {
    this.#statistics.upstreamWasRefused(upstream, verdict);
  }

  ignored(reason: Ignored): void {
    this.#statistics.ignored(reason);
  }

  /** Hands the records to the kernel: a shell does so before it sends the answers. */
  flush(): void {
    if (this.#records === 0) return;
    this.#log.write(this.#writer.octets, this.#writer.length, this.#records);
    this.#writer.length = 0;
    this.#records = 0;
  }
}
