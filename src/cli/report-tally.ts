/** Counts decisions by what they have in common, as they are read. */

import type { DecisionRecord } from '../observe/decision-filter.ts';
import { type Count, FrequentValues } from './frequent.ts';
import { type Chart, Timeline } from './timeline.ts';

/** What decisions can be counted by. */
export const DIMENSIONS = {
  layer: ({ layer }) => layer,
  rule: ({ rule }) => rule?.id,
  group: ({ group }) => group,
  client: ({ client }) => client,
  name: ({ qname }) => qname,
  type: ({ qtype }) => qtype,
  upstream: ({ upstream }) => upstream?.address,
  verdict: ({ upstream }) => upstream?.verdict,
  view: ({ view }) => view,
  node: ({ node }) => node,
  policy: ({ policy }) => policy,
  event: ({ event }) => event,
} as const satisfies Readonly<Record<string, (record: DecisionRecord) => string | undefined>>;

export type Dimension = keyof typeof DIMENSIONS;

/** Between the parts of a value that is made of several; in no text that a server writes. */
const BETWEEN = '\u0000';
/** A value that a record does not have. */
const ABSENT = '\u0001';
/** Policies that are told apart; those that come later are counted together. */
const MOST_POLICIES = 32;
const OTHER_POLICIES = 'other';

/** How often a value occurred, when, and under which policies. */
export interface Tally extends Count {
  first: string;
  last: string;
  /** Who decided, the last time; kept where rules are counted. */
  rule: DecisionRecord['rule'];
  /** By the index of the policy. */
  readonly policies: number[];
  /** None for what occurred once. */
  chart: Chart | undefined;
}

function createTally(value: string, missed: number): Tally {
  return {
    ...{ value, count: 0, missed, first: '', last: '', rule: undefined },
    ...{ policies: [], chart: undefined },
  };
}

/** The counts by one dimension, or by several together. */
export interface Table {
  readonly by: readonly Dimension[];
  readonly values: FrequentValues<Tally>;
}

/** All that a report tells. */
export class ReportTally {
  readonly timeline: Timeline = new Timeline();
  /** All that was counted. */
  readonly total: Tally = createTally('', 0);
  readonly tables: readonly Table[];
  readonly policies: string[] = [];
  /** Records of each kind, also of kinds that are not counted. */
  readonly events = new Map<string, number>();
  /** All records. */
  records = 0;
  readonly #counted: string | undefined;

  /** Counts decisions of one event, or of every one, for each of `by`. */
  constructor(by: readonly (readonly Dimension[])[], counted: string | undefined) {
    this.tables = by.map((one) => ({ by: one, values: new FrequentValues(createTally) }));
    this.#counted = counted;
  }

  add(record: DecisionRecord): void {
    const { event } = record;
    this.records++;
    this.events.set(event, (this.events.get(event) ?? 0) + 1);
    if (this.#counted !== undefined && event !== this.#counted) return;
    const policy = this.#policyOf(record);
    const span = this.timeline.spanOf(record.time);
    this.total.count++;
    this.#note(this.total, record.time, span, policy);
    for (const { by, values } of this.tables) {
      const tally = values.add(keyOf(by, record));
      this.#note(tally, record.time, span, policy);
      if (by.includes('rule')) tally.rule = record.rule;
    }
  }

  #policyOf({ policy = '-' }: DecisionRecord): number {
    const index = this.policies.indexOf(policy);
    if (index >= 0) return index;
    if (this.policies.length < MOST_POLICIES) return this.policies.push(policy) - 1;
    if (this.policies.length === MOST_POLICIES) this.policies.push(OTHER_POLICIES);
    return MOST_POLICIES;
  }

  #note(tally: Tally, time: string, span: number, policy: number): void {
    tally.policies[policy] = (tally.policies[policy] ?? 0) + 1;
    if (tally.count === 1) {
      tally.first = time;
      tally.last = time;
      return;
    }
    // Most values of a long list occur once: what takes memory comes with the second time.
    tally.chart ??= this.#chartFrom(tally.first);
    this.timeline.add(tally.chart, span);
    if (time < tally.first) tally.first = time;
    if (time > tally.last) tally.last = time;
  }

  #chartFrom(first: string): Chart {
    const chart = this.timeline.chart();
    this.timeline.add(chart, this.timeline.spanOf(first));
    return chart;
  }

  /** The counts of a value, span by span of the timeline. */
  overTime({ chart, count, first }: Tally): readonly number[] {
    if (count === 0) return [];
    return this.timeline.countsOf(chart ?? this.#chartFrom(first));
  }
}

function keyOf(by: readonly Dimension[], record: DecisionRecord): string {
  if (by.length === 1) return DIMENSIONS[by[0]!](record) ?? ABSENT;
  return by.map((one) => DIMENSIONS[one](record) ?? ABSENT).join(BETWEEN);
}

/** The parts of a value; undefined where records did not have one. */
export function partsOf(value: string): readonly (string | undefined)[] {
  return value.split(BETWEEN).map((part) => (part === ABSENT ? undefined : part));
}
