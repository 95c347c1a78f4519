/** The upstream groups of one configuration. */

import { readFileSync } from 'node:fs';
import { type Config, resolvePath } from '../config/config.ts';
import { type Endpoint, formatEndpoint } from '../net/address.ts';
import { isZoneUp, splitZone } from '../net/zone.ts';
import { MAX_UPSTREAMS, UpstreamGroup } from './group.ts';
import { parseResolvConf } from './resolv-conf.ts';
import type { Upstream, UpstreamTable } from './upstream.ts';

export interface Forwarding {
  readonly groups: ReadonlyMap<string, UpstreamGroup>;
  /** Files that name servers, to be followed. */
  readonly files: readonly string[];
  /** Reads the files again. Returns what an operator should know. */
  refresh(): string[];
}

/**
 * Makes the groups of a configuration, with servers from `table`. `isOwn` recognises the addresses
 * that this program listens on: asking those would go round in circles.
 */
export function createForwarding(
  config: Config,
  table: UpstreamTable,
  isOwn: (endpoint: Endpoint) => boolean,
): Forwarding {
  const groups = new Map(
    config.upstreams.map(({ key, value }) => [key, new UpstreamGroup({ name: key, ...value })]),
  );
  const files = config.upstreams.flatMap(({ value }) =>
    value.servers.flatMap(({ value: server }) =>
      server.kind === 'file' ? [resolvePath(config, server.path)] : [],
    ),
  );
  const refresh = (): string[] => {
    const warnings: string[] = [];
    for (const { key, value } of config.upstreams) {
      const servers = value.servers.flatMap(({ value: server }): readonly Upstream[] => {
        if (server.kind === 'server') return [table.get(server.transport, server.endpoint)];
        const path = resolvePath(config, server.path);
        const named = readServers(path, isOwn, warnings);
        return keepLast(table, path, named, warnings);
      });
      const distinct = [...new Set(servers)];
      warnings.push(...distinct.flatMap((upstream) => absentZone(key, upstream)));
      const { length } = distinct;
      if (length === 0) warnings.push(`upstreams.${key} has no server to ask`);
      if (length > MAX_UPSTREAMS) {
        warnings.push(`upstreams.${key} has ${length} servers; only ${MAX_UPSTREAMS} are asked`);
      }
      groups.get(key)!.upstreams = distinct.slice(0, MAX_UPSTREAMS);
    }
    return warnings;
  };
  return { groups, files, refresh };
}

/**
 * The servers that a file names, or those that it named last: whoever writes the file anew may
 * empty it first, and the old servers are better than none.
 */
function keepLast(
  table: UpstreamTable,
  path: string,
  endpoints: readonly Endpoint[],
  warnings: string[],
): readonly Upstream[] {
  const named = endpoints.map((endpoint) => table.get('udp', endpoint));
  if (named.length > 0) table.named.set(path, named);
  const last = table.named.get(path) ?? [];
  if (named.length === 0 && last.length > 0) {
    const names = last.map(({ name }) => name).join(', ');
    warnings.push(`${path} names no server to ask: those that it named last stay, ${names}`);
  }
  return last;
}

/** A zone is looked up whenever a socket is opened: the interface may come later. */
function absentZone(group: string, { name, endpoint }: Upstream): string[] {
  const { zone } = splitZone(endpoint.address);
  if (zone === '' || isZoneUp(zone)) return [];
  return [`upstreams.${group} asks ${name}: no interface ${zone} with IPv6 is up on this host`];
}

function readServers(
  path: string,
  isOwn: (endpoint: Endpoint) => boolean,
  warnings: string[],
): Endpoint[] {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    warnings.push(`${path} cannot be read: ${(error as Error).message}`);
  }
  return parseResolvConf(text).filter((endpoint) => {
    const own = isOwn(endpoint);
    if (own)
      warnings.push(`${path} names ${formatEndpoint(endpoint)}, which is this server itself`);
    return !own;
  });
}
