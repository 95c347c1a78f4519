/** `/api/v1/overview`, `policy`, `upstreams`: what serves, and how it goes. */

import { askFleet } from '../../diagnose/fleet.ts';
import { findServers } from '../../diagnose/host-addresses.ts';
import { configuredAssertions } from '../../explain/assertions.ts';
import type { Upstream } from '../../forward/upstream.ts';
import { formatPrefix } from '../../net/prefix.ts';
import { sumSeries } from '../../observe/cells.ts';
import { Gauge, isUp, meanRttMs } from '../../observe/thread-numbers.ts';
import type { PolicyZone } from '../../policy/policy-zones.ts';
import { reportList } from '../../transfer/list-report.ts';
import { reportFeed } from '../../transfer/zone-transfer-report.ts';
import { VERSION } from '../../version.ts';
import type {
  FleetAnswer,
  Overview,
  PolicyAnswer,
  PolicyAsLoaded,
  UpstreamGroupState,
  Upstreams,
} from '../api/answers.ts';
import { type AdminSource, readiness } from '../source.ts';
import { countsBy } from './counted.ts';
import type { DecisionStore } from './decision-store.ts';
import type { History } from './history.ts';
import { pausesOf } from './overrides.ts';
import { rulesAsLoaded } from './rules-as-loaded.ts';

/** Refusals of upstreams that are shown. */
const REFUSALS = 100;
const BUDGET_MS = 500;
/** Milliseconds that a server of the fleet gets to answer. */
const FLEET_MS = 2000;

export function overviewOf(source: AdminSource, history: History): Overview {
  const { config, policy } = source.serving();
  const threads = source.threads();
  const gauge = (at: Gauge) => threads.reduce((sum, { gauges }) => sum + gauges[at]!, 0);
  const { lost, failure } = source.lostRecords();
  const { ready, warnings = [] } = readiness(source);
  const last = source.lastReload();
  return {
    ...{ node: config.node, version: VERSION, policy: policy.hash, ready, warnings },
    startedAt: new Date(performance.timeOrigin).toISOString(),
    spans: history.spans,
    totals: history.totals,
    sincePolicy: history.sincePolicy,
    upstreams: groupsOf(source),
    cache: { entries: gauge(Gauge.CACHE_ENTRIES), evictions: gauge(Gauge.CACHE_EVICTIONS) },
    log: {
      records: gauge(Gauge.LOG_RECORDS),
      bytes: gauge(Gauge.LOG_BYTES),
      errors: gauge(Gauge.LOG_ERRORS),
      ...{ lost, ...(lost > 0 && { failure }) },
    },
    inFlight: gauge(Gauge.IN_FLIGHT),
    ...(last !== undefined && { lastReload: last }),
    pauses: pausesOf(source),
  };
}

export function policyOf(source: AdminSource): PolicyAnswer {
  const { policy, config, warnings } = source.serving();
  const last = source.lastReload();
  return {
    ...{ version: VERSION, node: config.node, policy: policy.hash, file: config.file },
    listeners: source.endpoints(),
    layers: [...new Set(policy.views[0]!.layers.map(({ name }) => name))],
    views: policy.views.map(({ name }) => name),
    groups: config.clientGroups.map(({ name, prefixes }) => ({
      name,
      prefixes: prefixes.map(formatPrefix),
    })),
    rules: rulesAsLoaded(config, Date.now()),
    policies: policy.zones.map((zone) => policyAsLoaded(zone, source)),
    assertions: assertionsOf(source),
    warnings,
    ...(last !== undefined && { lastReload: last }),
    overrides: pausesOf(source),
  };
}

function assertionsOf({ serving, taken }: AdminSource) {
  const all = configuredAssertions(serving().config, taken().snapshot.environment);
  const files = new Map<string, number>();
  for (const { place } of all) files.set(place.file, (files.get(place.file) ?? 0) + 1);
  return [...files].map(([file, count]) => ({ file, count }));
}

function policyAsLoaded(zone: PolicyZone, { feeds, lists }: AdminSource): PolicyAsLoaded {
  const { name, file, rules, serial, ignored, loadedAt } = zone;
  const [feed, list] = [feeds.find(name), lists.find(name)];
  return {
    ...{ name, file, rules, ...(serial !== undefined && { serial }) },
    loadedAt: new Date(loadedAt).toISOString(),
    ignored: Object.fromEntries([...ignored].map(([kind, { count }]) => [kind, count])),
    ...(feed !== undefined && { transfer: reportFeed(feed) }),
    ...(list !== undefined && { fetch: reportList(list) }),
  };
}

export async function upstreamsOf(
  source: AdminSource,
  store: DecisionStore,
  signal: AbortSignal,
): Promise<Upstreams> {
  const options = { layer: 'upstream' };
  const request = { options, now: Date.now(), limit: REFUSALS, budget: BUDGET_MS };
  const { decisions } = await store.page(request, signal);
  return { groups: groupsOf(source), refusals: decisions };
}

/** Asks each server of the fleet who it is and which policy it has. */
export async function fleetOf({ serving }: AdminSource): Promise<FleetAnswer> {
  const hosts = serving().config.fleet.map(({ value }) => value);
  const found = await Promise.all(hosts.map(findServers));
  const servers = found.flatMap((one) => (typeof one === 'string' ? [] : one));
  const problems = found.filter((one) => typeof one === 'string');
  return { ...(await askFleet(servers, FLEET_MS)), problems };
}

function groupsOf(source: AdminSource): readonly UpstreamGroupState[] {
  const { groups, config } = source.serving();
  return config.upstreams.map(({ key, value: { strategy } }) => ({
    ...{ name: key, strategy },
    servers: (groups.get(key)?.upstreams ?? []).map((upstream) => stateOf(upstream, source)),
  }));
}

function stateOf(upstream: Upstream, source: AdminSource) {
  const threads = source.threads();
  const family = (name: 'upstreamResponses' | 'upstreamRefused') =>
    sumSeries(threads.flatMap(({ statistics }) => statistics.families[name].values())).filter(
      ({ labels }) => labels['upstream'] === upstream.name,
    );
  return {
    ...{ address: upstream.name, transport: upstream.transport, loop: upstream.isLoop },
    up: !upstream.isLoop && isUp(threads, upstream),
    rttMs: Math.round(meanRttMs(threads, upstream) * 1000) / 1000,
    responses: countsBy(family('upstreamResponses'), ({ labels }) => labels['rcode']!),
    refusals: countsBy(
      family('upstreamRefused'),
      ({ labels }) => `${labels['verdict']} ${labels['scope']}`,
    ),
  };
}
