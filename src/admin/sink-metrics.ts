/** The metrics of where records go besides the log. */

import type { ShipperCounts } from '../logs/clickhouse/shipper.ts';
import type { Series } from '../observe/cells.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { SinkCount } from '../observe/sink.ts';

export interface MeasuredSinks {
  readonly sinks: () => readonly SinkCount[];
  /** Undefined where records do not go to ClickHouse. */
  readonly clickhouse: () => ShipperCounts | undefined;
}

export function exposeSinks(metrics: Metrics, { sinks }: MeasuredSinks): void {
  const counts = (read: (count: SinkCount) => number) => (): Series[] =>
    sinks().map((count) => ({ labels: { sink: count.sink }, value: read(count) }));
  metrics.counter(
    'rcode5_sink_records_total',
    'Records sent to syslog, dnstap or ClickHouse.',
    counts(({ sent }) => sent),
  );
  metrics.counter(
    'rcode5_sink_drops_total',
    'Records that a sink had no room for.',
    counts(({ dropped }) => dropped),
  );
}

/** Without `decisionLog.clickhouse` they have no value. */
export function exposeClickhouse(metrics: Metrics, { clickhouse }: MeasuredSinks): void {
  const count = (name: keyof ShipperCounts) => (): Series[] => {
    const counts = clickhouse();
    return counts === undefined ? [] : [{ labels: {}, value: counts[name] }];
  };
  metrics.counter(
    'rcode5_clickhouse_refused_rows_total',
    'Rows that ClickHouse did not take and that were set aside.',
    count('refused'),
  );
  metrics.counter(
    'rcode5_clickhouse_failures_total',
    'Batches that did not reach ClickHouse: each is sent again.',
    count('failures'),
  );
  metrics.counter(
    'rcode5_clickhouse_skipped_lines_total',
    'Lines of the decision log that are no whole records and were not sent.',
    count('skipped'),
  );
  metrics.counter(
    'rcode5_clickhouse_gaps_total',
    'Times that the decision log was rotated away before all of it had been sent.',
    count('gaps'),
  );
  metrics.gauge(
    'rcode5_clickhouse_waiting_bytes',
    'Octets of the decision log that have not been sent.',
    count('behind'),
  );
}
