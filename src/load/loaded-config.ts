/** What serves by one configuration, and how a new one takes its place. */

import { unwatchFile, watchFile } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { authorityFiles, readAuthorities } from '../config/authorities.ts';
import { type Config, parseConfig, resolvePath } from '../config/config.ts';
import { contentOf } from '../config/content.ts';
import { Pauses } from '../decision/pauses.ts';
import type { Setup } from '../engine/forwarder.ts';
import { AnswerCache } from '../forward/cache.ts';
import { createForwarding, type Forwarding } from '../forward/forwarding.ts';
import type { NameLookups } from '../forward/name-lookups.ts';
import { UpstreamTable } from '../forward/upstream.ts';
import { type Endpoint, isLoopback, isUnspecified, parseAddress } from '../net/address.ts';
import { splitZone } from '../net/zone.ts';
import { TokenBuckets } from '../policy/access/token-buckets.ts';
import { compilePolicy } from '../policy/compile.ts';
import { replay } from '../policy/policy-files.ts';
import { findWarnings } from '../policy/warnings.ts';
import { loadLibc } from '../transport/libc.ts';
import { VERSION } from '../version.ts';
import type { Snapshot, TakenSnapshot } from './snapshot.ts';

/** Milliseconds that a timer can wait: after 24 days a reload looks again. */
const MAX_DELAY = 0x7fffffff;

/** How often the files that name servers are looked at. */
const FOLLOW_MS = 2000;

/** One configuration, ready to serve. */
export interface LoadedConfig extends Setup {
  readonly config: Config;
  readonly forwarding: Forwarding;
  /** What an operator should know. */
  readonly warnings: readonly string[];
  /** Engines of this process, each of which has its part of the cache: as many as at its start. */
  readonly engines: number;
}

/** What outlives a configuration: what is known of upstreams, what clients have used up, pauses. */
export interface Lasting {
  readonly table: UpstreamTable;
  readonly buckets: TokenBuckets;
  readonly pauses: Pauses;
}

/** What a process begins with. */
export function createLasting(table = new UpstreamTable(), pauses = new Pauses()): Lasting {
  return { table, buckets: new TokenBuckets(), pauses };
}

/** What a configuration will take the place of. */
interface Running {
  readonly serving: LoadedConfig;
  readonly endpoints: readonly Endpoint[];
}

/** Makes a snapshot that another thread has taken serve in this one. Throws a ConfigError. */
export function load(snapshot: Snapshot, lasting: Lasting, running?: Running): LoadedConfig {
  const { file, environment, text } = snapshot;
  const config = parseConfig(file, text, environment);
  return loadTaken({ snapshot, config }, lasting, running);
}

/** Makes a snapshot serve in the thread that has taken it. Throws a ConfigError. */
export function loadTaken(
  { snapshot: { images, states, lists, takenAt, authorities }, config }: TakenSnapshot,
  { table, buckets, pauses }: Lasting,
  running?: Running,
): LoadedConfig {
  const files = replay(images, states, lists);
  const policy = compilePolicy(config, VERSION, { files, now: takenAt, buckets, pauses });
  const listeners = running?.endpoints ?? config.listen.map(({ value }) => value);
  const before = running?.serving;
  const isOurs = (endpoint: Endpoint) => isOwn(endpoint, listeners);
  const forwarding = createForwarding(config, table, isOurs, authorities);
  const warnings = [...findWarnings(policy), ...forwarding.refresh()];
  const isAlike = before !== undefined && forwardsAlike(before.config, config);
  const engines = before?.engines ?? enginesOf(config);
  const cache = isAlike ? before.cache : createCache(config, engines, before?.cache);
  return { config, policy, forwarding, groups: forwarding.groups, cache, warnings, engines };
}

/** Events of a configuration while it is in force. */
export interface ConfigWatcher {
  /** A file that names servers has changed; `warnings` are what an operator should know. */
  changed(warnings: readonly string[]): void;
  /** Where names of servers are looked up. */
  readonly lookups: Pick<NameLookups, 'use'>;
  /** A rule has expired, or a file that is watched has changed. */
  outdated(): void;
}

/** Tells the watcher until the function returned is called. */
export function watch(serving: LoadedConfig, watcher: ConfigWatcher): () => void {
  const { forwarding, policy, config } = serving;
  const look = () => watcher.changed(forwarding.refresh());
  for (const file of forwarding.files) watchFile(file, { interval: FOLLOW_MS }, look);
  watcher.lookups.use(forwarding.lookups, {
    found: (lookup, addresses) => forwarding.found(lookup, addresses) && look(),
    failed: ({ group, host }, why) =>
      watcher.changed([`${host} cannot be looked up by the group ${group}: ${why}`]),
  });
  const watched = config.watch ? watchedFiles(serving) : [];
  const outdate = () => watcher.outdated();
  for (const file of watched) watchFile(file, { interval: FOLLOW_MS }, outdate);
  const left = policy.expiresAt - Date.now();
  const delay = Math.min(left, MAX_DELAY);
  const timer =
    left === Number.POSITIVE_INFINITY ? undefined : setTimeout(() => watcher.outdated(), delay);
  return () => {
    clearTimeout(timer);
    for (const file of forwarding.files) unwatchFile(file, look);
    for (const file of watched) unwatchFile(file, outdate);
  };
}

/** All files that a reload would read. */
function watchedFiles({ config, policy }: LoadedConfig): readonly string[] {
  const assertions = config.assertions.map(({ value }) => resolvePath(config, value));
  const zones = policy.zones.flatMap(({ files }) => files);
  const hosts = policy.localRecords.sources.slice(1).map(({ file }) => file);
  const authorities = authorityFiles(config);
  return [...new Set([config.file, ...zones, ...hosts, ...assertions, ...authorities])];
}

/** The main thread has one, and so has each data thread. */
function enginesOf({ threads }: Config): number {
  return typeof loadLibc() === 'string' ? 1 : threads + 1;
}

function createCache({ cache }: Config, engines: number, before?: AnswerCache): AnswerCache {
  const settings = {
    size: Math.floor(cache.size / engines),
    entries: Math.ceil(cache.entries / engines),
    maxTtl: cache.maxTtl / 1000,
    minTtl: cache.minTtl / 1000,
    negativeMaxTtl: cache.negativeMaxTtl / 1000,
    serveStale: cache.serveStale / 1000,
  };
  return new AnswerCache(settings, before);
}

/**
 * Whether the answers kept for one configuration are those that the other would get: the same
 * routes, and the same views that share theirs.
 */
function forwardsAlike(a: Config, b: Config): boolean {
  const content = ({ upstreams, views, cache }: Config) => {
    const ways = views.map(({ routes }) => [
      views.findIndex((other) => other.routes === routes),
      routes,
    ]);
    return contentOf([upstreams, ways, cache]);
  };
  return content(a) === content(b);
}

/** What is odd about the servers that a configuration asks, as things are now. */
export function forwardingWarnings(config: Config): readonly string[] {
  const listeners = config.listen.map(({ value }) => value);
  const isOurs = (endpoint: Endpoint) => isOwn(endpoint, listeners);
  return createForwarding(config, new UpstreamTable(), isOurs, readAuthorities(config)).refresh();
}

/** Whether asking this address would be asking this program. */
function isOwn(endpoint: Endpoint, listeners: readonly Endpoint[]): boolean {
  const address = parseAddress(endpoint.address)!;
  return listeners.some((listener) => {
    if (listener.port !== endpoint.port) return false;
    if (listener.address === endpoint.address) return true;
    if (!isUnspecified(parseAddress(listener.address)!)) return false;
    const own = Object.values(networkInterfaces()).flat();
    return (
      isLoopback(address) || own.some((one) => one?.address === splitZone(endpoint.address).address)
    );
  });
}

/** What must be the same for a running server to take a configuration over. */
export function restartNeeded(before: Config, after: Config): string[] {
  const parts: Readonly<Record<string, (config: Config) => unknown>> = {
    listen: ({ listen }) => listen.map(({ value: { tls, ...kept } }) => [kept, tls !== undefined]),
    admin: ({ admin: { listen, tokens, tls, probes } }) => [
      listen.value,
      tokens,
      tls !== undefined,
      probes?.value,
    ],
    threads: ({ threads }) => threads,
    'decisionLog.to': ({ decisionLog }) => decisionLog.to.value,
    'decisionLog.syslog': ({ decisionLog }) => decisionLog.syslog,
    'decisionLog.dnstap': ({ decisionLog }) => decisionLog.dnstap,
    'decisionLog.clickhouse': ({ decisionLog: { clickhouse } }) => [
      clickhouse?.url.value,
      { ...clickhouse, url: undefined, password: clickhouse?.password?.octets },
    ],
    'decisionLog.otlp': ({ decisionLog: { otlp } }) => [
      { ...otlp, url: otlp?.url.value },
      otlp?.headers.map(({ key, value }) => [key, value.octets]),
    ],
  };
  return Object.keys(parts).filter(
    (key) => JSON.stringify(parts[key]!(before)) !== JSON.stringify(parts[key]!(after)),
  );
}
