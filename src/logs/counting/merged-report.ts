/** What several threads have counted, put together: what a report is summed up from. */

import type { Tallied, TalliedTable, Tally } from '../report-tally.ts';
import { type Dimension, MOST_POLICIES, OTHER_POLICIES } from '../report-tally.ts';
import { SPANS, Timeline } from '../timeline.ts';
import { fewer, groupsOf } from './merged-runs.ts';
import type { Count } from './report-counter.ts';
import { type Entry, isSameValue, keepEntry } from './run-entry.ts';
import { type Run, SpillFile } from './spill-file.ts';

/** Numbers of policies and places are each thread's own: a run goes with its thread's count. */
interface CountedRun {
  readonly run: Run;
  readonly thread: number;
}

/** A value that may be among the rows. */
interface Candidate {
  readonly entries: readonly Entry[];
  readonly count: number;
}

export class MergedReport implements Tallied {
  readonly timeline: Timeline = new Timeline();
  readonly records: number;
  readonly events: ReadonlyMap<string, number>;
  readonly policies: readonly string[];
  readonly tables: readonly TalliedTable[];
  readonly total: Tally;
  readonly #places: readonly string[];
  /** The number of each thread's policies and places among those of all. */
  readonly #policyOf: readonly (readonly number[])[];
  readonly #firstPlace: readonly number[];
  readonly #spill: SpillFile = new SpillFile();

  /** With at most `rows` rows a table. */
  constructor(
    counts: readonly Count[],
    { by, rows }: { readonly by: readonly (readonly Dimension[])[]; readonly rows: number },
  ) {
    for (const { earliest, latest } of counts) {
      if (earliest > latest) continue;
      this.timeline.spanOfSecond(earliest);
      this.timeline.spanOfSecond(latest);
    }
    this.records = counts.reduce((sum, { records }) => sum + records, 0);
    this.events = addUp(counts.flatMap(({ events }) => events));
    const policies = inOrder(counts.flatMap((count) => count.policies));
    this.#policyOf = counts.map((count) =>
      count.policies.map(([policy]) => Math.min(policies.indexOf(policy), MOST_POLICIES)),
    );
    this.policies =
      policies.length <= MOST_POLICIES
        ? policies
        : [...policies.slice(0, MOST_POLICIES), OTHER_POLICIES];
    this.#places = counts.flatMap(({ places }) => places);
    this.#firstPlace = counts.map((_, i) =>
      counts.slice(0, i).reduce((sum, { places }) => sum + places.length, 0),
    );
    const [total, ...tables] = [[], ...by].map((own, i) => {
      const runs = counts.flatMap(({ runs }, thread) => runs[i]!.map((run) => ({ run, thread })));
      return { by: own, values: this.#rank(runs, rows, own.includes('rule')) };
    });
    this.total = total!.values.top(1)[0] ?? this.#tally([], false);
    this.tables = tables;
    this.#spill.close();
  }

  overTime({ chart, count }: Tally): readonly number[] {
    return count === 0 ? [] : this.timeline.countsOf(chart!);
  }

  #rank(runs: readonly CountedRun[], rows: number, isByRule: boolean): TalliedTable['values'] {
    let size = 0;
    let kept: Candidate[] = [];
    let least = 0;
    for (const entries of groupsOf(this.#readable(runs))) {
      size++;
      const count = entries.reduce((sum, one) => sum + one.count, 0);
      if (count < least) continue;
      kept.push({ entries: entries.map(keepEntry), count });
      if (kept.length < 2 * rows + LOOK) continue;
      kept = kept.sort(compare).slice(0, rows);
      least = kept.at(-1)!.count;
    }
    const ranked = kept.sort(compare).slice(0, rows);
    const top = ranked.map(({ entries }) => this.#tally(entries, isByRule));
    return { size, given: 0, missed: 0, top: (most) => top.slice(0, most) };
  }

  /** Runs with the numbers that policies and places have among those of all threads. */
  #readable(runs: readonly CountedRun[]): readonly Run[] {
    const translated = runs.map(({ run, thread }) => {
      const [policies, firstPlace] = [this.#policyOf[thread]!, this.#firstPlace[thread]!];
      return { ...run, policies, firstPlace };
    });
    return fewer(translated, this.#spill);
  }

  #tally(entries: readonly Entry[], isByRule: boolean): Tally {
    const policies: number[] = [];
    const counts = new Uint32Array(SPANS);
    let [count, first, last] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let latest: Entry | undefined;
    for (const entry of entries) {
      count += entry.count;
      policies[entry.policy] = (policies[entry.policy] ?? 0) + entry.count;
      first = Math.min(first, entry.first);
      last = Math.max(last, entry.last);
      if (latest === undefined || entry.order > latest.order) latest = entry;
      this.#addChart(counts, entry);
    }
    const hasPlace = isByRule && latest !== undefined && latest.place >= 0;
    const place = hasPlace ? this.#places[latest!.place]! : '{}';
    return {
      value: latest === undefined ? '' : textOf(latest),
      ...{ count, missed: 0, policies, rule: JSON.parse(place) },
      first: count === 0 ? '' : new Date(first).toISOString(),
      last: count === 0 ? '' : new Date(last).toISOString(),
      chart: { layout: this.timeline.layout, counts },
    };
  }

  #addChart(counts: Uint32Array, entry: Entry): void {
    if (entry.spans === 0) {
      counts[this.timeline.spanOfSecond(Math.floor(entry.first / 1000))]! += entry.count;
      return;
    }
    const own = entry.chart.subarray(entry.chartAt, entry.chartAt + entry.spans);
    const laid = this.timeline.lay(own, entry.step, entry.from);
    for (let i = 0; i < laid.length; i++) counts[i]! += laid[i]!;
  }
}

/** Candidates beyond twice the rows before those that drop out are taken away. */
const LOOK = 256;

function compare(a: Candidate, b: Candidate): number {
  return b.count - a.count || compareValues(a.entries[0]!, b.entries[0]!);
}

function compareValues(a: Entry, b: Entry): number {
  if (isSameValue(a, b)) return 0;
  const order = textOf(a) < textOf(b);
  return order ? -1 : 1;
}

function textOf({ octets, start, end }: Entry): string {
  return Buffer.from(octets.buffer, octets.byteOffset + start, end - start).toString('utf8');
}

/** Texts by the record in which they came first. */
function inOrder(texts: readonly (readonly [text: string, order: number])[]): string[] {
  const firsts = [...texts].sort(([, a], [, b]) => a - b).map(([text]) => text);
  return [...new Set(firsts)];
}

function addUp(
  events: readonly (readonly [event: string, count: number, order: number])[],
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [event, count] of [...events].sort(([, , a], [, , b]) => a - b)) {
    sums.set(event, (sums.get(event) ?? 0) + count);
  }
  return sums;
}
