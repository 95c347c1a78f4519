/** Zones that BIND brings along: empty ones for addresses of nobody, and the names of class CH. */

import { hostname } from 'node:os';
import { lowerName, parseName } from '../../wire/name.ts';
import { RrType } from '../../wire/registry.ts';
import { ZoneData } from '../zone-data.ts';
import type { Acls } from './acls.ts';
import { Scope } from './scope.ts';
import { type BindZone, Zones } from './zones.ts';

/** The empty zones of BIND 9.18 (RFC 6303 and its registry). */
const EMPTY_ZONES: readonly string[] = [
  '10.in-addr.arpa',
  ...Array.from({ length: 16 }, (_, i) => `${16 + i}.172.in-addr.arpa`),
  '168.192.in-addr.arpa',
  ...Array.from({ length: 64 }, (_, i) => `${64 + i}.100.in-addr.arpa`),
  '0.in-addr.arpa',
  '127.in-addr.arpa',
  '254.169.in-addr.arpa',
  '2.0.192.in-addr.arpa',
  '100.51.198.in-addr.arpa',
  '113.0.203.in-addr.arpa',
  '255.255.255.255.in-addr.arpa',
  `${'0.'.repeat(32)}ip6.arpa`,
  `1.${'0.'.repeat(31)}ip6.arpa`,
  '8.b.d.0.1.0.0.2.ip6.arpa',
  'd.f.ip6.arpa',
  '8.e.f.ip6.arpa',
  '9.e.f.ip6.arpa',
  'a.e.f.ip6.arpa',
  'b.e.f.ip6.arpa',
  'empty.as112.arpa',
  'home.arpa',
  'resolver.arpa',
];

interface Around {
  readonly zones: Zones;
  readonly recursion: boolean;
  readonly acls: Acls;
}

/** Adds the empty zones, unless the configuration has them off, has its own, or forwards the name alone. */
export function builtInZones(scope: Scope, { zones, recursion, acls }: Around): void {
  if (!(scope.flag('empty-zones-enable') ?? recursion)) return;
  const disabled = scope
    .findAll('disable-empty-zone')
    .map(({ words }) => keyOfText(words[1]?.text ?? ''));
  for (const name of EMPTY_ZONES) {
    const wire = wireOf(name);
    if (disabled.includes(keyOfText(name)) || zones.exact(wire) !== undefined) continue;
    if (isForwardedOnly(scope, zones, wire)) continue;
    const transfer = acls.access(scope, 'allow-transfer');
    zones.add({ ...builtIn(name, wire, apexOnly(wire), acls), transfer });
  }
}

function isForwardedOnly(scope: Scope, zones: Zones, wire: Uint8Array): boolean {
  const own = zones.forwardOf(wire)?.scope;
  const from = own ?? scope;
  if ((from.find('forwarders')?.list ?? []).length === 0) return false;
  return from.word('forward') === 'only';
}

/** The names of class CH that BIND answers, as far as the options let it. */
export function chaosZones(options: Scope, acls: Acls): Zones {
  const zones = new Zones();
  const version = options.word('version');
  const server = options.word('server-id');
  const host = options.word('hostname');
  const texts: readonly (readonly [string, string | undefined])[] = [
    ['version.bind', version === 'none' ? undefined : (version ?? '9.18')],
    ['hostname.bind', host === 'none' ? undefined : (host ?? hostname())],
    ['authors.bind', version === undefined ? 'the authors of BIND' : undefined],
    ['id.server', server === 'none' ? undefined : server === 'hostname' ? hostname() : server],
  ];
  for (const [name, text] of texts) {
    const wire = wireOf(name);
    const data = apexOnly(wire);
    if (text !== undefined) data.add(wire, { type: RrType.TXT, ttl: 0, rdata: txt(text) }, 0);
    const transfer = acls.access(options, 'allow-transfer');
    zones.add({ ...builtIn(name, wire, data, acls), transfer });
  }
  return zones;
}

function builtIn(name: string, wire: Uint8Array, data: ZoneData, acls: Acls): BindZone {
  const none = {
    option: `the built-in zone ${name}`,
    list: acls.ofPrefixes([]),
    place: undefined,
    note: 'none',
  };
  return {
    ...{
      type: 'primary',
      name,
      wire,
      place: undefined,
      scope: new Scope([]),
      data,
      file: undefined,
    },
    ...{ query: undefined, queryOn: undefined, hasUpdatePolicy: false, primaries: [] },
    ...{ transfer: none, update: none, updateForwarding: none, notify: none },
  };
}

/** An SOA and an NS record: all else of its name and below is denied. */
function apexOnly(wire: Uint8Array): ZoneData {
  const data = new ZoneData(wire);
  const soa = Uint8Array.of(...wire, 0, ...new Uint8Array(20));
  data.add(wire, { type: RrType.SOA, ttl: 86_400, rdata: soa }, 0);
  data.add(wire, { type: RrType.NS, ttl: 86_400, rdata: wire }, 0);
  return data;
}

function txt(text: string): Uint8Array {
  const octets = new TextEncoder().encode(text.slice(0, 255));
  return Uint8Array.of(octets.length, ...octets);
}

function wireOf(name: string): Uint8Array {
  return lowerName(parseName(name) as Uint8Array);
}

function keyOfText(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
