/** Prometheus exposition of the program's numbers. The door to prom-client. */

import { collectDefaultMetrics, type Metric, type MetricType, Registry } from 'prom-client';
import type { HistogramSeries, Labels, Series } from './cells.ts';

/**
 * Gauges with the suffix of counters, which `promtool check metrics` complains of. They are the
 * sums of metrics that stay.
 */
const MISNAMED: readonly string[] = ['handles', 'requests', 'resources'].map(
  (what) => `nodejs_active_${what}_total`,
);

interface Sample {
  readonly labels: Labels;
  readonly value: number;
  readonly metricName?: string;
}

/** Metrics whose values are read when they are asked for. */
export class Metrics {
  readonly #registry: Registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  counter(name: string, help: string, read: () => readonly Series[] | number): void {
    this.#add(name, help, 'counter', () => toSamples(read()));
  }

  gauge(name: string, help: string, read: () => readonly Series[] | number): void {
    this.#add(name, help, 'gauge', () => toSamples(read()));
  }

  histogram(name: string, help: string, read: () => readonly HistogramSeries[]): void {
    this.#add(name, help, 'histogram', () =>
      read().flatMap((cell) => histogramSamples(name, cell)),
    );
  }

  /** The text that a scrape gets. */
  expose(): Promise<string> {
    return this.#registry.metrics();
  }

  #add(name: string, help: string, type: string, read: () => readonly Sample[]): void {
    // The registry asks a metric for no more than this.
    const metric = {
      name,
      help,
      type: type as unknown as MetricType,
      aggregator: 'sum',
      get: async () => ({ name, help, type, aggregator: 'sum', values: read() }),
      reset: () => {},
    };
    this.#registry.registerMetric(metric as unknown as Metric);
  }
}

function toSamples(cells: readonly Series[] | number): readonly Sample[] {
  return typeof cells === 'number' ? [{ labels: {}, value: cells }] : cells;
}

function histogramSamples(name: string, cell: HistogramSeries): Sample[] {
  const { labels, bounds, counts, sum } = cell;
  let count = 0;
  const buckets = Array.from(counts, (inBucket, i) => {
    count += inBucket;
    const le = i < bounds.length ? String(bounds[i]) : '+Inf';
    return { labels: { le, ...labels }, value: count, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { labels, value: sum, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}
