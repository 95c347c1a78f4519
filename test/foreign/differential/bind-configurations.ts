/** Configurations of BIND, made by chance: access lists, views, zones, keys and what they default to. */

import { SECRET } from '../../world/tsig.ts';
import type { Chance } from './chance.ts';

export interface Generated {
  /** By the names of their files; the configuration is `named.conf`. */
  readonly files: Readonly<Record<string, string>>;
  /** Names worth asking. */
  readonly names: readonly string[];
  readonly keys: readonly string[];
}

const PREFIXES = [
  '127.0.0.1',
  '127.0.0.2',
  '127.0.0.0/24',
  '127.0.0.64/26',
  '127.0/16',
  '127/8',
  '127.10.0.0/16',
  '127.10.20.0/24',
  '127.64.0.0/10',
  '127.128.0.0/9',
  '127.200.1.1',
  '10/8',
  '::1',
  '2001:db8::/32',
  '0.0.0.0/0',
  '::ffff:127.0.0.0/104',
];
const KEYS = ['first', 'second.example'];

const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.1
www A 192.0.2.2
www TXT "here"
alias CNAME www
out CNAME www.elsewhere.example.
cross CNAME www.two.example.
*.wild A 192.0.2.3
a.b.ent A 192.0.2.4
sub NS ns.sub
ns.sub A 192.0.2.5
dn DNAME target.elsewhere.example.
`;

const POLICY = `$TTL 300
@ SOA localhost. nobody. 1 3600 600 86400 60
@ NS localhost.
www.bad.example CNAME .
*.bad.example CNAME .
none.bad.example CNAME *.
good.bad.example CNAME rpz-passthru.
silent.example CNAME rpz-drop.
walled.example A 192.0.2.77
24.0.10.127.rpz-client-ip CNAME rpz-passthru.
16.0.0.200.127.rpz-client-ip CNAME .
www.one.example CNAME .
`;

const NAMES = [
  ...[
    'www.bad.example',
    'x.bad.example',
    'none.bad.example',
    'good.bad.example',
    'silent.example',
    'walled.example',
  ],
  'one.example',
  'www.one.example',
  'alias.one.example',
  'out.one.example',
  'cross.one.example',
  'x.wild.one.example',
  'ent.one.example',
  'nothing.one.example',
  'sub.one.example',
  'x.sub.one.example',
  'x.dn.one.example',
  'two.example',
  'www.two.example',
  'nothing.two.example',
  'three.example',
  'www.three.example',
  'forward.example',
  'www.forward.example',
  'stub.example',
  'www.stub.example',
  'static.example',
  'www.static.example',
  'www.elsewhere.example',
  'other.test',
  'a.b.c.other.test',
  '1.0.0.10.in-addr.arpa',
  '16.172.in-addr.arpa',
  '1.0.168.192.in-addr.arpa',
  'd.f.ip6.arpa',
  'home.arpa',
  '5.64.100.in-addr.arpa',
  'one.example',
  'two.example',
  'www.one.example',
];

/** `port` is where it listens, `upstream` who answers what it asks. */
export function bindConfiguration(
  chance: Chance,
  { folder, port, upstream }: { folder: string; port: number; upstream: number },
): Generated {
  const acls = Array.from({ length: chance.between(0, 4) }, (_, i) => `net${i}`);
  const element = (depth: number): string => {
    const bang = chance.is(0.25) ? '!' : '';
    const kind = chance.next();
    if (kind < 0.12) return `${bang}${chance.one(['any', 'none', 'localhost', 'localnets'])}`;
    if (kind < 0.2) return `${bang}key ${chance.one([...KEYS, 'unknown'])}`;
    if (kind < 0.3 && depth < 2) return `${bang}{ ${list(depth + 1)} }`;
    if (kind < 0.5 && acls.length > 0) return `${bang}${chance.one(acls)}`;
    return `${bang}${chance.one(PREFIXES)}`;
  };
  const list = (depth: number): string => chance.some(1, 4, () => `${element(depth)};`).join(' ');
  const access = (option: string, probability: number) =>
    chance.maybe(
      probability,
      () =>
        `  ${option} { ${chance.is(0.25) ? chance.one(['any;', 'none;', 'localhost;']) : list(0)} };\n`,
    );
  const policyZones: string[] = [];
  const policies = () => {
    const name = `policy${policyZones.push(POLICY)}`;
    const override = chance.maybe(
      0.3,
      () => ` policy ${chance.one(['nxdomain', 'nodata', 'passthru', 'disabled'])}`,
    );
    const recursive = chance.maybe(0.25, () => ' recursive-only no');
    return {
      option: `  response-policy { zone "${name}"${override}${recursive}; } qname-wait-recurse no;\n`,
      zone: `zone "${name}" { type primary; file "${name}"; allow-query { none; }; };\n`,
    };
  };
  const statements = (scale: number) =>
    [
      chance.maybe(0.3 * scale, () => `  recursion ${chance.one(['yes', 'no', 'no'])};\n`),
      access('allow-query', 0.45 * scale),
      access('allow-query-cache', 0.3 * scale),
      access('allow-recursion', 0.35 * scale),
      access('allow-query-on', 0.1 * scale),
      access('allow-query-cache-on', 0.1 * scale),
      access('allow-recursion-on', 0.1 * scale),
      access('allow-transfer', 0.3 * scale),
      access('allow-update', 0.15 * scale),
      access('allow-notify', 0.2 * scale),
      chance.maybe(0.1, () => '  empty-zones-enable no;\n'),
      chance.maybe(0.1, () => '  disable-empty-zone "10.in-addr.arpa";\n'),
    ].join('');
  const resolution = (isOnly: boolean) =>
    `  forward ${isOnly ? 'only' : 'first'}; forwarders { 127.0.0.1 port ${upstream}; };\n`;
  // BIND takes no file for two zones that may be updated.
  const zoneFiles: string[] = [];
  const zoneFile = () => `zone${zoneFiles.push(ZONE)}`;
  const zone = (name: string): string => {
    const own =
      access('allow-query', 0.35) + access('allow-query-on', 0.1) + access('allow-transfer', 0.35);
    const primary = own + access('allow-update', 0.3);
    const secondary = own + access('allow-notify', 0.3) + access('allow-update-forwarding', 0.2);
    const from = `primaries { ${chance.one(['127.0.0.2', '127.10.20.30', '192.0.2.9'])} port ${upstream}; };`;
    const bodies: Readonly<Record<string, () => string>> = {
      'one.example': () =>
        `type ${chance.one(['primary', 'master'])}; file "${zoneFile()}";\n${primary}`,
      'two.example': () =>
        chance.is(0.8)
          ? `type primary; file "${zoneFile()}";\n${primary}`
          : `type primary; file "missing${zoneFiles.push(ZONE)}";\n${primary}`,
      'three.example': () => `type primary; file "${zoneFile()}";\n${primary}`,
      'forward.example': () => `type forward; forwarders { 127.0.0.1 port ${upstream}; };`,
      'stub.example': () => `type stub; ${from}`,
      'static.example': () =>
        `type static-stub; server-addresses { 127.0.0.1; };\n${access('allow-query', 0.3)}`,
      'secondary.example': () => `type secondary; ${from}\n${secondary}`,
    };
    return `zone "${name}" { ${bodies[name]!()} };\n`;
  };
  const zones = (some: number) =>
    ['one.example', 'two.example', 'three.example', 'forward.example', 'static.example']
      .filter(() => chance.is(some))
      .map(zone)
      .join('');
  const views = chance.some(0, 3, (i) => i);
  const hasViews = chance.is(0.4) && views.length > 0;
  const policy = !hasViews && chance.is(0.4) ? policies() : undefined;
  const sections = hasViews
    ? views
        .map(
          (i) => `view "v${i}" {
${access('match-clients', 0.8)}${access('match-destinations', 0.2)}${chance.maybe(0.2, () => '  match-recursive-only yes;\n')}${chance.maybe(0.2, () => resolution(chance.is(0.5)))}${statements(0.6)}${zones(0.5)}};\n`,
        )
        .join('')
    : zones(0.7) + (policy?.zone ?? '');
  const keys = KEYS.map(
    (key) =>
      `key "${key}" { algorithm hmac-sha256; secret "${Buffer.from(SECRET).toString('base64')}"; };\n`,
  ).join('');
  const text = `// made by chance
${acls.map((acl, i) => `acl ${acl} { ${i === 0 ? chance.some(1, 3, () => `${chance.is(0.3) ? '!' : ''}${chance.one(PREFIXES)};`).join(' ') : listOf(i)} };\n`).join('')}
include "keys.conf";
options {
  directory "${folder}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none; session-keyfile none; dnssec-validation no;
${resolution(chance.is(0.3))}${policy?.option ?? ''}${statements(1)}${chance.maybe(0.15, () => `  blackhole { !127.0.0.1; ${list(0)} };\n`)}${chance.maybe(0.15, () => '  version "none of your business";\n')}};
controls {};
${sections}`;

  function listOf(i: number): string {
    return chance
      .some(1, 4, () => {
        const bang = chance.is(0.3) ? '!' : '';
        const inner = chance.is(0.4) ? `net${chance.between(0, i - 1)}` : chance.one(PREFIXES);
        return `${bang}${chance.is(0.15) ? `{ ${bang}${inner}; ${chance.one(PREFIXES)}; }` : inner};`;
      })
      .join(' ');
  }

  return {
    files: {
      'named.conf': text,
      'keys.conf': keys,
      ...Object.fromEntries(policyZones.map((zoneText, i) => [`policy${i + 1}`, zoneText])),
      ...Object.fromEntries(zoneFiles.map((zoneText, i) => [`zone${i + 1}`, zoneText])),
    },
    names: NAMES,
    keys: [...KEYS, ...(chance.is(0.3) ? ['nobody'] : [])],
  };
}
