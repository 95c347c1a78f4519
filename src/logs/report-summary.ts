/** A report as data: behind its tables and its JSON alike. */

import {
  type Dimension,
  partsOf,
  ruleOf,
  type Tallied,
  type TalliedTable,
  type Tally,
} from './report-tally.ts';

/** One value, or one combination; null where records had none. */
export interface Row extends Readonly<Partial<Record<Dimension, string | null>>> {
  /** Where the rule stands, in a table by rule. */
  readonly file?: string;
  readonly line?: number;
  /** Nobody wrote the rule; `layer` says whose it is. */
  readonly implicit?: true;
  readonly count: number;
  /** What the count is at most, when some may have been missed. */
  readonly atMost?: number;
  readonly share: number;
  readonly first: string;
  readonly last: string;
  readonly policies: Readonly<Record<string, number>>;
  /** Counts over time, from `timeline.from` in steps of `timeline.step` seconds. */
  readonly timeline: readonly number[];
}

export interface TableSummary {
  readonly rows: readonly Row[];
  /** What is not among the rows. */
  readonly other: {
    /** How many values; the most that it can be when they are not all kept. */
    readonly values: number;
    readonly count: number;
    readonly share: number;
  };
  /** How many occurrences of one value may have been missed: 0 when all values were kept. */
  readonly missed: number;
}

export interface Summary {
  readonly event: string;
  readonly count: number;
  readonly records: number;
  readonly events: Readonly<Record<string, number>>;
  /** Lines that were no whole records. */
  readonly skipped: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly policies: Readonly<Record<string, number>>;
  readonly timeline: {
    readonly from: string | null;
    readonly step: number;
    readonly counts: readonly number[];
  };
  /** By dimension, or dimensions with `+` between them. */
  readonly by: Readonly<Record<string, TableSummary>>;
}

/** Sums up with at most `most` rows a table. */
export function summarize(
  tally: Tallied,
  { event, most, skipped }: { event: string; most: number; skipped: number },
): Summary {
  const { total, timeline } = tally;
  const counts = tally.overTime(total);
  const isEmpty = total.count === 0;
  return {
    event,
    count: total.count,
    records: tally.records,
    events: Object.fromEntries([...tally.events].sort(([, a], [, b]) => b - a)),
    skipped,
    first: isEmpty ? null : total.first,
    last: isEmpty ? null : total.last,
    policies: policiesOf(tally, total),
    timeline: {
      from: isEmpty ? null : new Date(timeline.from * 1000).toISOString(),
      step: timeline.step,
      counts,
    },
    by: Object.fromEntries(
      tally.tables.map((table) => [table.by.join('+'), summarizeTable(tally, table, most)]),
    ),
  };
}

function summarizeTable(tally: Tallied, { by, values }: TalliedTable, most: number): TableSummary {
  const { count: total } = tally.total;
  const top = values.top(most);
  const count = total - top.reduce((sum, one) => sum + one.count, 0);
  return {
    rows: top.map((one) => summarizeRow(tally, by, one)),
    other: {
      values: values.size - top.length + values.given,
      count,
      share: shareOf(count, total),
    },
    missed: values.missed,
  };
}

function summarizeRow(tally: Tallied, by: readonly Dimension[], one: Tally): Row {
  const parts = partsOf(one.value);
  const { count, missed, rule, first, last } = one;
  const values = by.map((dimension, i) => [dimension, parts[i] ?? null] as const);
  const id = parts[by.indexOf('rule')];
  return {
    ...(id !== undefined && ruleOf(id).layer !== undefined && { implicit: true }),
    ...Object.fromEntries(values),
    ...(id !== undefined && ruleOf(id)),
    ...(rule?.file !== undefined && { file: rule.file }),
    ...(rule?.line !== undefined && rule.line > 0 && { line: rule.line }),
    count,
    ...(missed > 0 && { atMost: count + missed }),
    share: shareOf(count, tally.total.count),
    first,
    last,
    policies: policiesOf(tally, one),
    timeline: tally.overTime(one),
  };
}

function policiesOf({ policies }: Tallied, { policies: counts }: Tally) {
  const pairs = policies.map((policy, i) => [policy, counts[i] ?? 0] as const);
  return Object.fromEntries(pairs.filter(([, count]) => count > 0));
}

function shareOf(count: number, total: number): number {
  return total === 0 ? 0 : Math.round((count / total) * 10_000) / 10_000;
}
