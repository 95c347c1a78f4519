/** What is counted since the start, as `status` shows it: the numbers of the metrics, summed up. */

import { sumSeries } from '../observe/cells.ts';
import { Gauge, type ThreadNumbers } from '../observe/thread-numbers.ts';
import type { Counts } from './api/answers.ts';
import type { AdminSource } from './source.ts';
import { countsBy } from './v1/counted.ts';

/** A policy that comes from elsewhere. */
export interface FeedCounters {
  readonly policy: string;
  readonly standing: string;
  /** Transfers or fetches that brought another copy, and those that failed. */
  readonly ok: number;
  readonly failed: number;
}

/** Records that go to another place than the log. */
export interface SinkCounters {
  readonly sink: string;
  readonly sent: number;
  readonly dropped: number;
  /** Of those that are sent from the log: records that were not taken, batches that failed, octets that wait. */
  readonly refused?: number;
  readonly failures?: number;
  readonly waiting?: number;
}

/** Since the start, but for `entries` and `inFlight`. Times are in UTC, ISO 8601. */
export interface Counters {
  readonly startedAt: string;
  /** By a clock that nobody sets. */
  readonly uptimeSeconds: number;
  /** Queries by transport. */
  readonly queries: Counts;
  /** Responses by rcode, and by the layer that decided. */
  readonly rcodes: Counts;
  readonly layers: Counts;
  /** REFUSED alone, by the layer that decided. */
  readonly refused: Counts;
  /** Packets that got no answer since they are no queries, by reason. */
  readonly ignored: Counts;
  readonly cache: {
    readonly entries: number;
    readonly hits: number;
    readonly misses: number;
    readonly evictions: number;
  };
  /** Queries that wait for an upstream. */
  readonly inFlight: number;
  readonly feeds: readonly FeedCounters[];
  readonly sinks: readonly SinkCounters[];
  /** `lastAt` is absent before the first. */
  readonly reloads: { readonly ok: number; readonly failed: number; readonly lastAt?: string };
}

export function countersOf(source: AdminSource): Counters {
  const { threads, feeds, lists, reloads } = source;
  const all = threads();
  const by = (family: keyof ThreadNumbers['statistics']['families'], label: string): Counts =>
    countsBy(
      sumSeries(all.flatMap(({ statistics }) => statistics.families[family].values())),
      ({ labels }) => labels[label]!,
    );
  const gauge = (at: Gauge) => all.reduce((sum, { gauges }) => sum + gauges[at]!, 0);
  const { ok, failed, lastAt } = reloads();
  return {
    startedAt: new Date(performance.timeOrigin).toISOString(),
    uptimeSeconds: Math.round(performance.now()) / 1000,
    queries: by('queries', 'transport'),
    rcodes: by('responses', 'rcode'),
    layers: by('responses', 'layer'),
    refused: by('refused', 'layer'),
    ignored: by('ignoredPackets', 'reason'),
    cache: {
      entries: gauge(Gauge.CACHE_ENTRIES),
      hits: gauge(Gauge.CACHE_HITS),
      misses: gauge(Gauge.CACHE_MISSES),
      evictions: gauge(Gauge.CACHE_EVICTIONS),
    },
    inFlight: gauge(Gauge.IN_FLIGHT),
    feeds: [...feeds.all, ...lists.all].map(({ settings: { policy }, state, counts }) => ({
      ...{ policy, standing: state.standing },
      ...{ ok: counts.ok, failed: counts.failed },
    })),
    sinks: source.sinks().map((count) => {
      const sending = source.shipped().get(count.sink);
      if (sending === undefined) return count;
      const { refused, failures, behind } = sending;
      return { ...count, refused, failures, waiting: behind };
    }),
    reloads: {
      ...{ ok, failed },
      ...(lastAt !== undefined && { lastAt: new Date(lastAt).toISOString() }),
    },
  };
}
