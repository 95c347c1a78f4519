/** The dnsmasq.conf that FTL 6 makes of pihole.toml (src/config/dnsmasq_config.c), with places in the latter. */

import { statSync } from 'node:fs';
import type { Place } from '../../config/problem.ts';
import { OptionFiles } from '../dnsmasq/files.ts';
import { type Option, readLines } from '../dnsmasq/lines.ts';
import type { Problems } from '../problems.ts';
import type { Settings } from './settings.ts';

const ADDED = '/etc/dnsmasq.d';
/** Names that FTL has no server for, whatever its configuration says (RFC 6761, and what OpenWrt has). */
const LOCAL = ['test', 'localhost', 'invalid', 'bind', 'onion'];
const MODES = ['LOCAL', 'SINGLE', 'BIND', 'ALL', 'NONE'] as const;

/** In the order in which FTL writes them; `texts` are those of files that are read with it. */
export function dnsmasqOptions(
  settings: Settings,
  problems: Problems,
): { readonly options: readonly Option[]; readonly texts: readonly string[] } {
  const isNeeded = settings.flag('dns.domainNeeded', false);
  const files = new OptionFiles(problems);
  for (const one of [
    option('no-resolv', undefined, settings.root.place),
    ...written('port', settings, 'dns.port', '53'),
    ...settings.list('dns.upstreams').map(({ text, place }) => option('server', text, place)),
    ...flagged('bogus-priv', settings, 'dns.bogusPriv', true),
    ...flagged('domain-needed', settings, 'dns.domainNeeded', false),
    ...flagged('expand-hosts', settings, 'dns.expandHosts', false),
    ...flagged('dnssec', settings, 'dns.dnssec', false),
    ...written('host-record', settings, 'dns.hostRecord', ''),
    ...listening(settings),
    ...settings.list('dns.revServers').flatMap((one) => reverse(one, isNeeded, problems)),
    ...domain(settings, isNeeded),
    ...dhcp(settings),
    ...settings.list('dns.cnameRecords').map(({ text, place }) => option('cname', text, place)),
    ...LOCAL.map((name) => option('server', `/${name}/`, settings.root.place)),
    ...(settings.flag('misc.etc_dnsmasq_d', false) && isFolder(ADDED)
      ? [option('conf-dir', ADDED, settings.place('misc.etc_dnsmasq_d'))]
      : []),
    option('filter-rr', 'ANY', settings.root.place),
    ...settings
      .list('misc.dnsmasq_lines')
      .flatMap(({ text, place }) => lines(text, place, problems)),
  ]) {
    files.take(one);
  }
  return files;
}

function option(name: string, value: string | undefined, place: Place): Option {
  return { name, value, place };
}

function written(name: string, settings: Settings, key: string, byDefault: string) {
  const value = settings.text(key, byDefault);
  return value === '' ? [] : [option(name, value, settings.place(key))];
}

function flagged(name: string, settings: Settings, key: string, byDefault: boolean) {
  return settings.flag(key, byDefault) ? [option(name, undefined, settings.place(key))] : [];
}

function listening(settings: Settings): readonly Option[] {
  const key = 'dns.listeningMode';
  const place = settings.place(key);
  const name = settings.text('dns.interface') || 'eth0';
  switch (settings.word(key, MODES, 'LOCAL')) {
    case 'LOCAL':
      return [option('local-service', undefined, place)];
    case 'ALL':
      return [option('except-interface', 'nonexisting', place)];
    case 'SINGLE':
      return [option('interface', name, place)];
    case 'BIND':
      return [option('interface', name, place), option('bind-interfaces', undefined, place)];
    default:
      return [];
  }
}

/** `true,192.168.0.0/24,192.168.0.1#53,fritz.box`: one that is not whole is skipped, as FTL does. */
function reverse(
  { text, place }: { readonly text: string; readonly place: Place },
  isNeeded: boolean,
  problems: Problems,
): readonly Option[] {
  const [active = '', cidr = '', target = '', name = ''] = text.split(',').map((one) => one.trim());
  if (active !== 'true' && active !== '1') return [];
  if (cidr === '' || target === '') {
    const expected = 'expect "true,192.168.0.0/24,192.168.0.1,fritz.box"';
    problems.add(place, `dns.revServers: "${text}" has no network or no server; ${expected}`);
    return [];
  }
  return [
    option('rev-server', `${cidr},${target}`, place),
    ...(name === '' ? [] : [option('server', `/${name}/${target}`, place)]),
    ...(isNeeded ? [] : [option('server', `//${target}`, place)]),
  ];
}

/** A text, and since 6.3 a table: `name`, and `local` in place of domainNeeded. */
function domain(settings: Settings, isNeeded: boolean): readonly Option[] {
  const isTable = settings.has('dns.domain.name') || settings.has('dns.domain.local');
  const key = isTable ? 'dns.domain.name' : 'dns.domain';
  const name = settings.text(key, 'lan');
  const isLocal = isTable ? settings.flag('dns.domain.local', true) : isNeeded;
  const place = settings.place(key);
  if (name === '') return [];
  return [...(isLocal ? [option('local', `/${name}/`, place)] : []), option('domain', name, place)];
}

function dhcp(settings: Settings): readonly Option[] {
  if (!settings.flag('dhcp.active', false)) return [];
  const start = settings.text('dhcp.start');
  const range = `${start},${settings.text('dhcp.end')}`;
  return [
    option('dhcp-range', range, settings.place('dhcp.active')),
    ...settings.list('dhcp.hosts').map(({ text, place }) => option('dhcp-host', text, place)),
  ];
}

/** A line that the operator adds stands where its text does. */
function lines(text: string, place: Place, problems: Problems): readonly Option[] {
  return readLines(place.file, text, problems).map((one) => ({ ...one, place }));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
