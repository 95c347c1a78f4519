/** The upstream groups of one configuration. */

import { readFileSync } from 'node:fs';
import type { Authorities } from '../config/authorities.ts';
import { type Config, resolvePath } from '../config/config.ts';
import type { Encryption } from '../config/encrypted-server.ts';
import type { ServerText } from '../config/server-text.ts';
import { type Endpoint, formatEndpoint, parseEndpoint } from '../net/address.ts';
import { isZoneUp, splitZone } from '../net/zone.ts';
import { MAX_UPSTREAMS, UpstreamGroup } from './group.ts';
import type { Lookup } from './name-lookups.ts';
import { parseResolvConf } from './resolv-conf.ts';
import type { Upstream, UpstreamTable } from './upstream.ts';
import type { UpstreamSecurity } from './upstream-security.ts';

type GroupConfig = Config['upstreams'][number]['value'];

interface Context {
  readonly table: UpstreamTable;
  readonly authorities: Authorities;
}

export interface Forwarding {
  readonly groups: ReadonlyMap<string, UpstreamGroup>;
  /** Files that name servers, to be followed. */
  readonly files: readonly string[];
  /** Reads the files again. Returns what an operator should know. */
  refresh(): string[];
  /** Names of servers that are to be looked up. */
  readonly lookups: readonly Lookup[];
  /** Takes the addresses of one; false when they are those that it had. */
  found(lookup: Lookup, addresses: readonly string[]): boolean;
}

/**
 * Makes the groups of a configuration, with servers from `table`. `isOwn` recognises the addresses
 * that this program listens on: asking those would go round in circles. `authorities` has the files
 * that `ca` names.
 */
export function createForwarding(
  config: Config,
  table: UpstreamTable,
  isOwn: (endpoint: Endpoint) => boolean,
  authorities: Authorities = new Map(),
): Forwarding {
  const groups = new Map(
    config.upstreams.map(({ key, value }) => [key, new UpstreamGroup({ name: key, ...value })]),
  );
  const context = { table, authorities };
  const files = config.upstreams.flatMap(({ value }) =>
    value.servers.flatMap(({ value: server }) =>
      server.kind === 'file' ? [resolvePath(config, server.path)] : [],
    ),
  );
  const refresh = (): string[] => {
    const warnings: string[] = [];
    for (const { key, value } of config.upstreams) {
      const servers = value.servers.flatMap(({ value: server }): readonly Upstream[] => {
        if (server.kind !== 'file') return encryptedOrPlain(server, value, context);
        const path = resolvePath(config, server.path);
        const named = readServers(path, isOwn, warnings);
        return keepLast(table, path, named, warnings);
      });
      const distinct = [...new Set(servers)];
      warnings.push(...distinct.flatMap((upstream) => absentZone(key, upstream)));
      const { length } = distinct;
      const isLookedUp = value.servers.some(({ value: { kind } }) => kind === 'named');
      if (length === 0 && !isLookedUp) warnings.push(`upstreams.${key} has no server to ask`);
      if (length > MAX_UPSTREAMS) {
        warnings.push(`upstreams.${key} has ${length} servers; only ${MAX_UPSTREAMS} are asked`);
      }
      groups.get(key)!.upstreams = distinct.slice(0, MAX_UPSTREAMS);
    }
    return warnings;
  };
  const found = ({ group, host }: Lookup, addresses: readonly string[]): boolean => {
    const key = lookupKey(group, host);
    const isNew = table.found.get(key)?.join() !== addresses.join();
    if (isNew) table.found.set(key, addresses);
    return isNew;
  };
  return { groups, files, refresh, lookups: lookupsOf(config), found };
}

/** A server at its address, or at all that its name has: those that were found last, or none yet. */
function encryptedOrPlain(
  server: Exclude<ServerText, { kind: 'file' }>,
  settings: GroupConfig,
  { table, authorities }: Context,
): readonly Upstream[] {
  const security = server.encryption && securityOf(server.encryption, settings, authorities);
  if (server.kind === 'server') return [table.get(server.transport, server.endpoint, security)];
  const { host, port } = server;
  const found = addressesOf(host, settings, table);
  return found.map((address) => table.get('tcp', { address, port }, security));
}

/** Written ones, or those that the group for it has named. */
function addressesOf(
  host: string,
  { addresses, bootstrap }: GroupConfig,
  { found }: UpstreamTable,
): readonly string[] {
  const written = addresses?.value.find(({ key }) => key.toLowerCase().replace(/\.$/, '') === host);
  if (written !== undefined) {
    return written.value.map(({ value }) => parseEndpoint(value, 0)!.address);
  }
  return found.get(lookupKey(bootstrap!.value, host)) ?? [];
}

/** Names that are to be looked up. */
function lookupsOf({ upstreams }: Config): readonly Lookup[] {
  const all = upstreams.flatMap(({ value: { servers, addresses, bootstrap } }) => {
    if (bootstrap === undefined) return [];
    const written = addresses?.value.map(({ key }) => key.toLowerCase().replace(/\.$/, '')) ?? [];
    return servers.flatMap(({ value: server }) =>
      server.kind === 'named' && !written.includes(server.host)
        ? [{ group: bootstrap.value, host: server.host }]
        : [],
    );
  });
  return [...new Map(all.map((one) => [lookupKey(one.group, one.host), one])).values()];
}

/** By what `UpstreamTable.found` has the addresses of a name. */
function lookupKey(group: string, host: string): string {
  return `${group} ${host}`;
}

function securityOf(
  encryption: Encryption,
  { ca, pins, privacy }: GroupConfig,
  authorities: Authorities,
): UpstreamSecurity {
  return {
    ...encryption,
    ca: ca && authoritiesOf(ca.value, authorities),
    pins: pins?.value.map(({ value }) => value),
    isOpportunistic: privacy?.value === 'opportunistic',
  };
}

/** Without them all others would be believed. */
function authoritiesOf(file: string, authorities: Authorities): string {
  const pem = authorities.get(file);
  if (pem === undefined) throw new Error(`${file} has not been read`);
  return pem;
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
