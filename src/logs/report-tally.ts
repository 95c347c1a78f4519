/** Counts decisions by what they have in common, as they are read. */

import type { DecisionRecord } from '../observe/decision-filter.ts';
import { type Count, FrequentValues } from './frequent.ts';
import { type Chart, Timeline } from './timeline.ts';

/** What decisions can be counted by. */
export type Dimension =
  | 'layer'
  | 'rule'
  | 'group'
  | 'client'
  | 'name'
  | 'type'
  | 'upstream'
  | 'verdict'
  | 'view'
  | 'node'
  | 'policy'
  | 'event';

/** Between a rule that nobody wrote and its layer. */
export const OF_LAYER = '\u0002';

/** How a record is counted by each. */
export const DIMENSIONS: Readonly<
  Record<Dimension, (record: DecisionRecord) => string | undefined>
> = {
  layer: ({ layer }) => layer,
  // Several layers have a rule of this name that nobody wrote.
  rule: ({ rule, layer }) => (rule?.implicit === true ? `${rule.id}${OF_LAYER}${layer}` : rule?.id),
  group: ({ group }) => group,
  client: ({ client }) => client,
  name: ({ qname }) => qname,
  type: ({ qtype }) => qtype,
  upstream: ({ upstream }) => upstream?.address,
  verdict: ({ upstream }) => upstream?.verdict,
  view: ({ view }) => view,
  node: ({ node }) => node,
  policy: ({ policy }) => policy,
  event: eventOf,
};

/** Of a summary, that of the decisions it stands for. */
function eventOf({ event, of = event }: DecisionRecord): string {
  return of;
}

/** Between the parts of a value that is made of several; in no text that a server writes. */
export const BETWEEN = '\u0000';
/** A value that a record does not have. */
export const ABSENT = '\u0001';
/** Policies that are counted apart; those that come later are counted together. */
export const MOST_POLICIES = 32;
export const OTHER_POLICIES = 'other';

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

/** When a record was written and under which policy, and how many decisions it stands for. */
interface Noted {
  readonly time: string;
  readonly span: number;
  readonly policy: number;
  readonly count: number;
}

/** The counts by one dimension, or by several together. */
export interface TalliedTable {
  readonly by: readonly Dimension[];
  readonly values: {
    /** Values that are kept, and how many were given up. */
    readonly size: number;
    readonly given: number;
    /** A value that is not kept occurred at most this often. */
    readonly missed: number;
    /** Those that were counted most often, first. */
    top(most: number): readonly Tally[];
  };
}

/** What a report is summed up from. */
export interface Tallied {
  readonly timeline: Timeline;
  /** All that was counted. */
  readonly total: Tally;
  readonly tables: readonly TalliedTable[];
  readonly policies: readonly string[];
  /** Records of each kind, also of kinds that are not counted. */
  readonly events: ReadonlyMap<string, number>;
  /** All records. */
  readonly records: number;
  /** The counts of a value, span by span of the timeline. */
  overTime(tally: Tally): readonly number[];
}

interface Table extends TalliedTable {
  readonly isByRule: boolean;
  readonly values: FrequentValues<Tally>;
}

/** All that a report counts. */
export class ReportTally implements Tallied {
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
    this.tables = by.map((one) => ({
      by: one,
      isByRule: one.includes('rule'),
      values: new FrequentValues(createTally),
    }));
    this.#counted = counted;
  }

  add(record: DecisionRecord): void {
    const event = eventOf(record);
    const { count = 1 } = record;
    this.records++;
    this.events.set(event, (this.events.get(event) ?? 0) + count);
    if (this.#counted !== undefined && event !== this.#counted) return;
    const { time } = record;
    const at = { time, span: this.timeline.spanOf(time), policy: this.#policyOf(record), count };
    this.total.count += count;
    this.#note(this.total, at);
    for (const { by, isByRule, values } of this.tables) {
      const tally = values.add(keyOf(by, record), count);
      this.#note(tally, at);
      if (isByRule) tally.rule = record.rule;
    }
  }

  #policyOf({ policy = '-' }: DecisionRecord): number {
    const index = this.policies.indexOf(policy);
    if (index >= 0) return index;
    if (this.policies.length < MOST_POLICIES) return this.policies.push(policy) - 1;
    if (this.policies.length === MOST_POLICIES) this.policies.push(OTHER_POLICIES);
    return MOST_POLICIES;
  }

  #note(tally: Tally, { time, span, policy, count }: Noted): void {
    tally.policies[policy] = (tally.policies[policy] ?? 0) + count;
    const isFirst = tally.first === '';
    if (isFirst) {
      tally.first = time;
      tally.last = time;
      // Most values of a long list occur once: what takes memory comes with the second time.
      if (count === 1) return;
    }
    tally.chart ??= isFirst ? this.timeline.chart() : this.#chartFrom(tally.first);
    this.timeline.add(tally.chart, span, count);
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

/** The value of a record, as it is counted. */
export function keyOf(by: readonly Dimension[], record: DecisionRecord): string {
  if (by.length === 1) return DIMENSIONS[by[0]!](record) ?? ABSENT;
  return by.map((one) => DIMENSIONS[one](record) ?? ABSENT).join(BETWEEN);
}

/** A rule as it was counted: its id, and the layer of one that nobody wrote. */
export function ruleOf(part: string): { readonly rule: string; readonly layer?: string } {
  const [rule = '', layer] = part.split(OF_LAYER);
  return { rule, ...(layer !== undefined && { layer }) };
}

/** The parts of a value; undefined where records did not have one. */
export function partsOf(value: string): readonly (string | undefined)[] {
  return value.split(BETWEEN).map((part) => (part === ABSENT ? undefined : part));
}
