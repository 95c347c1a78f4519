/** The program's metrics by name: where each number comes from. */

import { now } from '../clock.ts';
import type { Certificate } from '../config/certificates.ts';
import { ORIGINS } from '../decision/outcome.ts';
import type { Upstream } from '../forward/upstream.ts';
import type { LoadedConfig } from '../load/loaded-config.ts';
import { type Series, sumHistograms, sumSeries } from '../observe/cells.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Statistics } from '../observe/statistics.ts';
import { Gauge, isUp, isUpBy, type ThreadNumbers } from '../observe/thread-numbers.ts';
import type { PolicyZone } from '../policy/policy-zones.ts';
import type { ListFetches } from '../transfer/list-fetches.ts';
import type { ZoneTransfers } from '../transfer/zone-transfers.ts';
import { exposeShipped, exposeSinks, type MeasuredSinks } from './sink-metrics.ts';

export interface MeasuredServer extends MeasuredSinks {
  /** Every thread that serves or has served. */
  readonly threads: () => readonly ThreadNumbers[];
  readonly serving: () => LoadedConfig;
  readonly servers: readonly Upstream[];
  readonly rejectedConnections: () => number;
  readonly failedHandshakes: () => readonly { readonly reason: string; readonly total: number }[];
  readonly failedRequests: () => readonly { readonly reason: string; readonly total: number }[];
  readonly certificates: () => readonly Certificate[];
  readonly threadRestarts: () => number;
  readonly reloads: { readonly ok: number; readonly failed: number };
  readonly feeds: ZoneTransfers;
  readonly lists: ListFetches;
}

/** Reads one family of all threads as one. */
type ReadFamily = (family: keyof Statistics['families']) => () => Series[];

function familiesOf({ threads }: MeasuredServer): ReadFamily {
  return (family) => () =>
    sumSeries(threads().flatMap(({ statistics }) => statistics.families[family].values()));
}

/** Reads one gauge as the sum over all threads. */
function gaugesOf({ threads }: MeasuredServer): (gauge: Gauge) => () => number {
  return (gauge) => () => threads().reduce((sum, { gauges }) => sum + gauges[gauge]!, 0);
}

export function exposeServing(metrics: Metrics, server: MeasuredServer): void {
  exposeQueries(metrics, server);
  exposeTls(metrics, server);
  exposeUpstreams(metrics, server);
  exposeCache(metrics, server);
  exposePolicy(metrics, server);
  exposeLog(metrics, server);
  exposeSinks(metrics, server);
  exposeShipped(metrics, server);
}

function exposeQueries(metrics: Metrics, server: MeasuredServer): void {
  const family = familiesOf(server);
  const gauge = gaugesOf(server);
  metrics.counter('rcode5_queries_total', 'Queries received.', family('queries'));
  metrics.counter(
    'rcode5_responses_total',
    'Responses sent, by the layer that decided.',
    family('responses'),
  );
  metrics.counter(
    'rcode5_refused_total',
    'REFUSED sent, by the layer and rule that decided.',
    family('refused'),
  );
  metrics.counter(
    'rcode5_ignored_packets_total',
    'Packets that were ignored, by reason.',
    family('ignoredPackets'),
  );
  metrics.counter(
    'rcode5_rejected_connections_total',
    'TCP connections turned away, or closed for others, because of the limits.',
    server.rejectedConnections,
  );
  metrics.counter(
    'rcode5_receive_buffer_drops_total',
    'Datagrams that the kernel had no room for.',
    gauge(Gauge.RECEIVE_DROPS),
  );
  metrics.counter(
    'rcode5_send_drops_total',
    'Replies that the kernel did not take.',
    gauge(Gauge.SEND_DROPS),
  );
  metrics.counter(
    'rcode5_thread_restarts_total',
    'Data threads that died and were started again.',
    server.threadRestarts,
  );
  metrics.gauge(
    'rcode5_inflight_queries',
    'Queries that wait for an upstream.',
    gauge(Gauge.IN_FLIGHT),
  );
  metrics.histogram('rcode5_response_seconds', 'From query to decision, by its origin.', () =>
    ORIGINS.map((origin) =>
      sumHistograms(server.threads().map(({ statistics }) => statistics.responseTimes[origin])),
    ),
  );
}

function exposeTls(metrics: Metrics, server: MeasuredServer): void {
  const { failedHandshakes, failedRequests, certificates } = server;
  metrics.counter(
    'rcode5_tls_handshake_failures_total',
    'TLS handshakes of clients that failed, by the reason.',
    () => failedHandshakes().map(({ reason, total }) => ({ labels: { reason }, value: total })),
  );
  metrics.counter(
    'rcode5_http_request_failures_total',
    'HTTP requests of clients that carried no query, by the reason.',
    () => failedRequests().map(({ reason, total }) => ({ labels: { reason }, value: total })),
  );
  metrics.gauge(
    'rcode5_tls_certificate_expiry_timestamp_seconds',
    'When a certificate expires, in seconds since the epoch.',
    () =>
      certificates().map(({ file, notAfter }) => ({
        labels: { file: file.value },
        value: notAfter / 1000,
      })),
  );
}

function exposeUpstreams(metrics: Metrics, server: MeasuredServer): void {
  const family = familiesOf(server);
  metrics.counter(
    'rcode5_upstream_responses_total',
    'Answers of upstreams.',
    family('upstreamResponses'),
  );
  metrics.counter(
    'rcode5_upstream_refused_total',
    'REFUSED of upstreams, by inferred cause.',
    family('upstreamRefused'),
  );
  metrics.histogram('rcode5_upstream_rtt_seconds', 'Round-trip times to upstreams.', () => [
    sumHistograms(server.threads().map(({ statistics }) => statistics.upstreamRtt)),
  ]);
  metrics.gauge(
    'rcode5_upstream_up',
    'Whether an upstream answers by any transport, and not with REFUSED alone.',
    () =>
      server.servers.map((upstream) => ({
        labels: { upstream: upstream.name },
        value: isUp(server.threads(), upstream) ? 1 : 0,
      })),
  );
  metrics.gauge(
    'rcode5_upstream_transport_up',
    'Whether an upstream answers by a transport, as far as it was asked by it.',
    () =>
      server.servers.flatMap((upstream) =>
        transportsOf(upstream).map((transport) => ({
          labels: { upstream: upstream.name, transport: upstream.shown(transport) },
          value: isUpBy(server.threads(), upstream, transport) ? 1 : 0,
        })),
      ),
  );
  metrics.counter(
    'rcode5_upstream_channels_lost_total',
    'Sockets and connections to upstreams that were given up while questions waited on them.',
    family('channelsLost'),
  );
  metrics.counter(
    'rcode5_upstream_handshake_failures_total',
    'TLS connections to upstreams that did not come about, or were not to be trusted, by the reason.',
    family('upstreamHandshakes'),
  );
}

function transportsOf({ transport }: Upstream): readonly ('udp' | 'tcp')[] {
  return transport === 'tcp' ? ['tcp'] : ['udp', 'tcp'];
}

function exposeCache(metrics: Metrics, server: MeasuredServer): void {
  const gauge = gaugesOf(server);
  metrics.counter(
    'rcode5_cache_hits_total',
    'Queries answered from the cache.',
    gauge(Gauge.CACHE_HITS),
  );
  metrics.counter(
    'rcode5_cache_misses_total',
    'Queries that were not in the cache.',
    gauge(Gauge.CACHE_MISSES),
  );
  metrics.counter(
    'rcode5_cache_evictions_total',
    'Answers evicted for new ones.',
    gauge(Gauge.CACHE_EVICTIONS),
  );
  metrics.gauge('rcode5_cache_entries', 'Answers in the cache.', gauge(Gauge.CACHE_ENTRIES));
}

function exposePolicy(metrics: Metrics, server: MeasuredServer): void {
  const { serving, reloads, feeds, lists } = server;
  const find = (policy: string) => feeds.find(policy) ?? lists.find(policy);
  const zones = (read: (zone: PolicyZone) => number) => (): Series[] =>
    serving().policy.zones.map((zone) => ({ labels: { policy: zone.name }, value: read(zone) }));
  metrics.counter(
    'rcode5_policy_hits_total',
    'Queries that a policy decided.',
    familiesOf(server)('policyHits'),
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
    zones(({ ignored }) => [...ignored.values()].reduce((sum, { count }) => sum + count, 0)),
  );
  metrics.gauge(
    'rcode5_policy_zone_age_seconds',
    'Since a policy was loaded; of a transferred zone or a fetched list, since it was last confirmed.',
    zones(({ name, loadedAt }) => (now() - (find(name)?.confirmedAt ?? loadedAt)) / 1000),
  );
  metrics.gauge(
    'rcode5_policy_zone_loaded',
    'Whether the rules of a policy are there: not before its zone or list has come, not after a zone has expired.',
    zones(({ standing = 'loaded' }) => (standing === 'loaded' ? 1 : 0)),
  );
  metrics.counter(
    'rcode5_policy_transfers_total',
    'Transfers and fetches that brought another copy of a policy zone or list, and those that failed.',
    () =>
      [...feeds.all, ...lists.all].flatMap(({ settings: { policy }, counts }) => [
        { labels: { policy, result: 'ok' }, value: counts.ok },
        { labels: { policy, result: 'failed' }, value: counts.failed },
      ]),
  );
  metrics.counter(
    'rcode5_policy_transfer_tls_failures_total',
    'Primaries that could not be asked for a policy zone by TLS, by reason.',
    () =>
      feeds.all.flatMap(({ settings: { policy }, tlsFaults }) =>
        [...tlsFaults].map(([reason, value]) => ({ labels: { policy, reason }, value })),
      ),
  );
  metrics.counter('rcode5_reloads_total', 'Reloads of the configuration.', () => [
    { labels: { result: 'ok' }, value: reloads.ok },
    { labels: { result: 'failed' }, value: reloads.failed },
  ]);
}

function serialOf({ serial }: PolicyZone): number {
  return serial ?? 0;
}

function exposeLog(metrics: Metrics, server: MeasuredServer): void {
  const gauge = gaugesOf(server);
  metrics.counter(
    'rcode5_decision_log_records_total',
    'Records written.',
    gauge(Gauge.LOG_RECORDS),
  );
  metrics.counter('rcode5_decision_log_bytes_total', 'Bytes written.', gauge(Gauge.LOG_BYTES));
  metrics.counter(
    'rcode5_decision_log_errors_total',
    'Records that could not be written.',
    gauge(Gauge.LOG_ERRORS),
  );
}
