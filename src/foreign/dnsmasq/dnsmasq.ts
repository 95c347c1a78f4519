/** dnsmasq: dnsmasq.conf as a policy of ours. The semantics are those of 2.90, measured against it. */

import type { Address } from '../../net/address.ts';
import { parsePrefix } from '../../net/prefix.ts';
import { RrType } from '../../wire/registry.ts';
import type { ForeignServer } from '../foreign-policy.ts';
import { type HostAddress, thisHost } from '../host.ts';
import { Problems } from '../problems.ts';
import { Verdicts } from '../verdicts.ts';
import { compileAccess, compileProtocol, isOverridden } from './access.ts';
import { compileAuth } from './auth-layer.ts';
import { readAuth } from './auth-options.ts';
import { OptionFiles } from './files.ts';
import { filteredTypes } from './filtered-types.ts';
import { type HostsLine, readHosts } from './hosts.ts';
import { listenersOf } from './listeners.ts';
import { compileLocal } from './local-layer.ts';
import { LocalNames } from './local-names.ts';
import { wireOf } from './names.ts';
import { allOf, type DnsmasqParts, oneOf } from './parts.ts';
import { checkLoops, readRecords } from './records.ts';
import { resolvServers } from './resolv-files.ts';
import { compileRoute } from './route-layer.ts';
import { saidBy } from './said.ts';
import { entriesOf, localDomainEntries, reverseEntriesOf } from './server-options.ts';
import { DomainTable, type ServerEntry } from './servers.ts';
import { leftForNames, leftIn } from './unmodelled.ts';
import { waysOf } from './ways.ts';
import type { DnsmasqWorld } from './world.ts';

/** What it answers about itself in class CH, unless `no-ident` is set. */
const CHAOS = 'version authors copyright cachesize insertions evictions misses hits auth servers'
  .split(' ')
  .map((name) => `${name}.bind`);

/** Reads a configuration of dnsmasq. Throws a ConfigError with all that is wrong. */
export function readDnsmasq(
  file: string,
  host: readonly HostAddress[] = thisHost(),
): ForeignServer {
  const problems = new Problems();
  const files = new OptionFiles(problems);
  files.read(file);
  const parts = { problems, left: [...leftIn(files.options)], options: files.options };
  const { world, layers, texts } = compileDnsmasq(parts, host);
  problems.throwIfAny();
  return {
    ...{ program: 'dnsmasq', listen: world.listen, verdicts: world.verdicts, left: parts.left },
    views: [{ name: 'dnsmasq', layers, ways: waysOf(world) }],
    viewOf: () => 0,
    cuts: { ...cutsOf(world), said: saidBy(world) },
    texts: [...files.texts, ...texts],
  };
}

/**
 * The layers of these options; `texts` are those of hosts files, `lines` are as in one. What is wrong
 * is in `parts.problems`.
 */
export function compileDnsmasq(
  parts: DnsmasqParts,
  host: readonly HostAddress[],
  lines: readonly HostsLine[] = [],
) {
  const names = new LocalNames(oneOf(parts, 'no-ident') === undefined ? CHAOS : []);
  const texts = readHosts(names, parts, lines);
  readRecords(names, parts);
  checkLoops(names, parts);
  const listen = listenersOf(parts, host);
  const servers = new DomainTable(serversOf(parts).filter((entry) => !isItself(entry, listen)));
  parts.left.push(...leftForNames(servers.all, oneOf(parts, 'domain-needed')));
  const auth = readAuth(parts, host);
  const world: DnsmasqWorld = {
    verdicts: new Verdicts(),
    ...{ parts, names, servers, auth, listen, host },
  };
  const layers = [
    compileAccess(world),
    compileProtocol(world),
    compileAuth(world),
    compileLocal(world),
    compileRoute(world),
  ];
  return { world, layers, texts };
}

function serversOf(parts: DnsmasqParts): readonly ServerEntry[] {
  return [
    ...allOf(parts, 'server', 'local', 'address').flatMap((option) => entriesOf(option, parts)),
    ...allOf(parts, 'rev-server').flatMap((option) => reverseEntriesOf(option, parts)),
    ...allOf(parts, 'domain', 'domain-suffix').flatMap(localDomainEntries),
    ...resolvServers(parts),
  ];
}

/** dnsmasq does not ask itself. */
function isItself({ server }: ServerEntry, listen: DnsmasqWorld['listen']): boolean {
  return listen.some(
    ({ address, port }) => server === (port === 53 ? address : `${address}:${port}`),
  );
}

export function cutsOf({ names, servers, auth, host, parts }: DnsmasqWorld): ForeignServer['cuts'] {
  const domains = [
    ...servers.all.map(({ domain }) => domain),
    ...auth.zones.map(({ domain }) => domain),
    ...names.all,
    ...names.chaos,
  ];
  const isLocal = oneOf(parts, 'local-service') !== undefined && !isOverridden(parts);
  const peers = auth.peers.map(prefixOf);
  return {
    names: [...new Set(domains)].flatMap((domain) => wireOf(domain) ?? []),
    prefixes: [...(isLocal ? host.map(({ network }) => network) : []), ...peers],
    types: [RrType.A, RrType.AAAA, ...filteredTypes(parts)],
  };
}

function prefixOf({ family, words }: Address) {
  const whole = parsePrefix(family === 4 ? '0.0.0.0/32' : '::/128');
  if (typeof whole === 'string') throw new Error(whole);
  return { ...whole, words };
}
