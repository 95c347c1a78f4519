/** The program's metrics by name: where each number comes from. */

import { now } from './clock.ts';
import type { Server } from './forward/server.ts';
import type { Cell } from './observe/cells.ts';
import type { DecisionLog } from './observe/decision-log.ts';
import type { Metrics } from './observe/metrics.ts';
import type { Statistics } from './observe/statistics.ts';
import type { PolicyZone } from './policy/compile.ts';
import type { Serving } from './serving.ts';

export interface MeasuredServer {
  readonly statistics: Statistics;
  readonly decisionLog: DecisionLog;
  readonly serving: () => Serving;
  readonly servers: readonly Server[];
  readonly inFlight: () => number;
  readonly rejectedConnections: () => number;
  readonly reloads: { readonly ok: number; readonly failed: number };
}

export function exposeServing(metrics: Metrics, server: MeasuredServer): void {
  exposeQueries(metrics, server);
  exposeUpstreams(metrics, server);
  exposeCache(metrics, server);
  exposePolicy(metrics, server);
  exposeLog(metrics, server);
}

function exposeQueries(metrics: Metrics, server: MeasuredServer): void {
  const { statistics } = server;
  metrics.counter('rcode5_queries_total', 'Queries received.', () => statistics.queries.values());
  metrics.counter('rcode5_responses_total', 'Responses sent, by the layer that decided.', () =>
    statistics.responses.values(),
  );
  metrics.counter('rcode5_refused_total', 'REFUSED sent, by the layer and rule that decided.', () =>
    statistics.refused.values(),
  );
  metrics.counter('rcode5_ignored_packets_total', 'Packets that ask nothing, dropped.', () =>
    statistics.ignoredPackets.values(),
  );
  metrics.counter(
    'rcode5_rejected_connections_total',
    'TCP connections turned away because of the limits.',
    server.rejectedConnections,
  );
  metrics.gauge('rcode5_inflight_queries', 'Queries that wait for an upstream.', server.inFlight);
  metrics.histogram('rcode5_response_seconds', 'From query to decision, by its origin.', () =>
    Object.values(statistics.responseTimes),
  );
}

function exposeUpstreams(metrics: Metrics, { statistics, servers }: MeasuredServer): void {
  metrics.counter('rcode5_upstream_responses_total', 'Answers of upstreams.', () =>
    statistics.upstreamResponses.values(),
  );
  metrics.counter(
    'rcode5_upstream_refused_total',
    'REFUSED of upstreams, by what seems to be the reason.',
    () => statistics.upstreamRefused.values(),
  );
  metrics.histogram('rcode5_upstream_rtt_seconds', 'Round-trip times to upstreams.', () => [
    statistics.upstreamRtt,
  ]);
  metrics.gauge('rcode5_upstream_up', 'Whether an upstream has been answering lately.', () =>
    servers.map((upstream): Cell => {
      const value = upstream.isUp(now()) ? 1 : 0;
      return { labels: { upstream: upstream.name }, value };
    }),
  );
}

function exposeCache(metrics: Metrics, { serving }: MeasuredServer): void {
  const cache = () => serving().cache;
  metrics.counter(
    'rcode5_cache_hits_total',
    'Queries answered from the cache.',
    () => cache().hits,
  );
  metrics.counter('rcode5_cache_misses_total', 'Queries that were not.', () => cache().misses);
  metrics.counter('rcode5_cache_evictions_total', 'Answers given up for new ones.', () => {
    return cache().evictions;
  });
  metrics.gauge('rcode5_cache_entries', 'Answers in the cache.', () => cache().size);
}

function exposePolicy(metrics: Metrics, { serving, statistics, reloads }: MeasuredServer): void {
  const zones = (read: (zone: PolicyZone) => number) => (): Cell[] =>
    serving().policy.zones.map((zone) => ({ labels: { policy: zone.name }, value: read(zone) }));
  metrics.counter('rcode5_policy_hits_total', 'Queries that a policy decided.', () =>
    statistics.policyHits.values(),
  );
  metrics.gauge('rcode5_policy_info', 'The policy in force.', () => {
    const { policy, config } = serving();
    return [{ labels: { hash: policy.hash, node: config.node }, value: 1 }];
  });
  metrics.gauge('rcode5_policy_zone_serial', 'SOA serial of a policy zone.', zones(serialOf));
  metrics.gauge(
    'rcode5_policy_zone_rules',
    'Rules of a policy.',
    zones(({ rules }) => rules),
  );
  metrics.gauge(
    'rcode5_policy_zone_ignored_rules',
    'Rules of a policy zone that are not honoured.',
    zones(({ ignored }) => [...ignored.values()].reduce((sum, count) => sum + count, 0)),
  );
  metrics.gauge(
    'rcode5_policy_zone_age_seconds',
    'Since a policy was loaded.',
    zones(({ loadedAt }) => (now() - loadedAt) / 1000),
  );
  metrics.counter('rcode5_reloads_total', 'Reloads of the configuration.', () => [
    { labels: { result: 'ok' }, value: reloads.ok },
    { labels: { result: 'failed' }, value: reloads.failed },
  ]);
}

function serialOf({ serial }: PolicyZone): number {
  return serial ?? 0;
}

function exposeLog(metrics: Metrics, { decisionLog }: MeasuredServer): void {
  metrics.counter('rcode5_decision_log_records_total', 'Records written.', () => {
    return decisionLog.records;
  });
  metrics.counter('rcode5_decision_log_bytes_total', 'Bytes written.', () => decisionLog.bytes);
  metrics.counter('rcode5_decision_log_errors_total', 'Records that could not be written.', () => {
    return decisionLog.errors;
  });
}
