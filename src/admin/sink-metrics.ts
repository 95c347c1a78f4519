/** The metrics of where records go besides the log. */

import type { ReceiverKind } from '../logs/shipping/delivery.ts';
import type { ShipperCounts } from '../logs/shipping/shipper.ts';
import type { Series } from '../observe/cells.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { SinkCount } from '../observe/sink.ts';

export interface MeasuredSinks {
  readonly sinks: () => readonly SinkCount[];
  /** Those that are sent from the log. */
  readonly shipped: () => ReadonlyMap<ReceiverKind, ShipperCounts>;
}

export function exposeSinks(metrics: Metrics, { sinks }: MeasuredSinks): void {
  const counts = (read: (count: SinkCount) => number) => (): Series[] =>
    sinks().map((count) => ({ labels: { sink: count.sink }, value: read(count) }));
  metrics.counter(
    'rcode5_sink_records_total',
    'Records sent to syslog, dnstap, ClickHouse or an OTLP receiver.',
    counts(({ sent }) => sent),
  );
  metrics.counter(
    'rcode5_sink_drops_total',
    'Records that a sink had no room for.',
    counts(({ dropped }) => dropped),
  );
}

/** What is sent to, and what is in what is sent there. */
const RECEIVERS: readonly (readonly [kind: ReceiverKind, name: string, sent: string])[] = [
  ['clickhouse', 'ClickHouse', 'rows'],
  ['otlp', 'the OTLP receiver', 'records'],
];

/** They have no value where that is not sent to. */
export function exposeShipped(metrics: Metrics, { shipped }: MeasuredSinks): void {
  for (const [kind, name, sent] of RECEIVERS) {
    const count = (of: keyof ShipperCounts) => (): Series[] => {
      const counts = shipped().get(kind);
      return counts === undefined ? [] : [{ labels: {}, value: counts[of] }];
    };
    metrics.counter(
      `rcode5_${kind}_refused_${sent}_total`,
      `${sent === 'rows' ? 'Rows' : 'Records'} that ${name} did not take and that were set aside.`,
      count('refused'),
    );
    metrics.counter(
      `rcode5_${kind}_failures_total`,
      `Batches that did not reach ${name}: each is sent again.`,
      count('failures'),
    );
    metrics.counter(
      `rcode5_${kind}_skipped_lines_total`,
      'Lines of the decision log that are no whole records and were not sent.',
      count('skipped'),
    );
    metrics.counter(
      `rcode5_${kind}_gaps_total`,
      'Times that the decision log was rotated away before all of it had been sent.',
      count('gaps'),
    );
    metrics.gauge(
      `rcode5_${kind}_waiting_bytes`,
      'Octets of the decision log that have not been sent.',
      count('behind'),
    );
  }
}
