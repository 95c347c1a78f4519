/** What the threads have counted since the start, summed up: the numbers of the overview. */

import { type Series, sumSeries } from '../../observe/cells.ts';
import { Gauge, type ThreadNumbers } from '../../observe/thread-numbers.ts';
import type { Counts, Span } from '../api/answers.ts';

/** Without the time that it is about. */
export type Counted = Omit<Span, 'at' | 'seconds'>;

/** All counts of all threads at this moment. */
export function countAll(threads: readonly ThreadNumbers[]): Counted {
  const family = (name: keyof ThreadNumbers['statistics']['families']) =>
    sumSeries(threads.flatMap(({ statistics }) => statistics.families[name].values()));
  const gauge = (at: Gauge) => threads.reduce((sum, { gauges }) => sum + gauges[at]!, 0);
  const refused = family('refused');
  const [policies, shadow] = ['enforce', 'shadow'].map((mode) =>
    countsBy(
      family('policyHits').filter(({ labels }) => labels['mode'] === mode),
      ({ labels }) => `${labels['policy']} ${labels['action']}`,
    ),
  );
  return {
    queries: sumOf(family('queries')),
    refused: sumOf(refused),
    policies: policies!,
    layers: countsBy(refused, ({ labels }) => labels['layer']!),
    groups: countsBy(refused, ({ labels }) => labels['client_group']!),
    rules: countsBy(refused, ({ labels }) => labels['rule']!),
    upstreams: countsBy(family('upstreamRefused'), ({ labels }) => labels['upstream']!),
    shadow: shadow!,
    cacheHits: gauge(Gauge.CACHE_HITS),
    cacheMisses: gauge(Gauge.CACHE_MISSES),
    lost: gauge(Gauge.LOG_ERRORS),
  };
}

/** What has come between two counts. */
export function countBetween(before: Counted, after: Counted): Counted {
  const counts = Object.entries(after).map(([name, value]) => {
    const old = before[name as keyof Counted];
    if (typeof value === 'number') return [name, Math.max(0, value - (old as number))];
    return [name, between(old as Counts, value)];
  });
  return Object.fromEntries(counts) as Counted;
}

function between(before: Counts, after: Counts): Counts {
  const counts = Object.entries(after).map(([key, count]) => [key, count - (before[key] ?? 0)]);
  return Object.fromEntries(counts.filter(([, count]) => (count as number) > 0));
}

/** The sums of the series with one value; those that are 0 are left out. */
export function countsBy(series: readonly Series[], keyOf: (one: Series) => string): Counts {
  const counts: Record<string, number> = {};
  for (const one of series) {
    if (one.value > 0) counts[keyOf(one)] = (counts[keyOf(one)] ?? 0) + one.value;
  }
  return counts;
}

function sumOf(series: readonly Series[]): number {
  return series.reduce((sum, { value }) => sum + value, 0);
}
