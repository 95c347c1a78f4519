/** Configurations of Unbound, made by chance: netblocks, tags, views, local zones, zones and policies. */

import type { Generated } from './bind-configurations.ts';
import type { Chance } from './chance.ts';

const NETBLOCKS = [
  '127.0.0.1',
  '127.0.0.1/32',
  '127.0.0.2',
  '127.0.0.0/24',
  '127.0.0.64/26',
  '127.0.0.0/16',
  '127.0.0.0/8',
  '127.10.0.0/16',
  '127.10.20.0/24',
  '127.10.20.30/17',
  '127.64.0.0/10',
  '127.128.0.0/9',
  '127.200.1.1',
  '10.0.0.0/8',
  '0.0.0.0/0',
  '::1',
  '::ffff:127.0.0.0/104',
];

const ACTIONS = [
  'allow',
  'allow',
  'allow',
  'allow_snoop',
  'allow_setrd',
  'refuse',
  'refuse_non_local',
  'deny',
  'deny_non_local',
];

const TYPES = [
  'deny',
  'refuse',
  'static',
  'transparent',
  'typetransparent',
  'redirect',
  'inform',
  'inform_deny',
  'inform_redirect',
  'always_transparent',
  'always_refuse',
  'always_nxdomain',
  'always_nodata',
  'always_deny',
  'always_null',
];

/** Apexes of local zones; some lie below others, some take the place of built-in ones. */
const ZONES = [
  'house.example',
  'in.house.example',
  'block.example',
  'test',
  'localhost',
  '10.in-addr.arpa',
  'one.example',
  'www.forward.example',
  'com.',
];
const OWNERS = ['', 'www.', 'a.b.', 'alias.', 'x.in.'];
const TAGS = ['red', 'green', 'blue'];

const NAMES = [
  ...['house.example', 'in.house.example', 'block.example'].flatMap((zone) =>
    OWNERS.map((owner) => `${owner}${zone}`),
  ),
  'b.house.example',
  'nothing.house.example',
  'www.lonely.example',
  'lonely.example',
  'x.www.lonely.example',
  'solo.other.org',
  'localhost',
  'x.localhost',
  'test',
  'www.test',
  '10.in-addr.arpa',
  '4.3.2.10.in-addr.arpa',
  '1.0.0.127.in-addr.arpa',
  '2.0.0.127.in-addr.arpa',
  '1.168.192.in-addr.arpa',
  'd.f.ip6.arpa',
  'home.arpa',
  'resolver.arpa',
  'x.onion',
  'one.example',
  'www.one.example',
  'alias.one.example',
  'cross.one.example',
  'out.one.example',
  'x.wild.one.example',
  'ent.one.example',
  'nothing.one.example',
  'sub.one.example',
  'x.sub.one.example',
  'x.dn.one.example',
  'two.example',
  'www.two.example',
  'forward.example',
  'www.forward.example',
  'stub.example',
  'www.stub.example',
  'dead.example',
  'www.dead.example',
  'bad.policy.example',
  'gone.policy.example',
  'none.policy.example',
  'fine.policy.example',
  'walled.policy.example',
  'other.org',
  'www.example.com',
];

const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.1
www A 192.0.2.2
www TXT "here"
alias CNAME www
cross CNAME alias
out CNAME www.elsewhere.example.
*.wild A 192.0.2.3
a.b.ent A 192.0.2.4
sub NS ns.sub
ns.sub A 192.0.2.5
dn DNAME target.elsewhere.example.
`;

const POLICY = `$TTL 300
$ORIGIN rpz.test.
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
bad.policy.example CNAME .
none.policy.example CNAME *.
gone.policy.example CNAME rpz-drop.
fine.policy.example CNAME rpz-passthru.
*.policy.example CNAME .
walled.policy.example A 192.0.2.80
8.0.0.64.127.rpz-client-ip CNAME rpz-passthru.
32.77.0.0.127.rpz-client-ip CNAME .
`;

/** `port` is where it listens, `upstream` who answers what it asks. */
export function unboundConfiguration(
  chance: Chance,
  { folder, port, upstream }: { folder: string; port: number; upstream: number },
): Generated {
  const isTagged = chance.is(0.4);
  const views = chance.is(0.4) ? ['first', 'second'].slice(0, chance.between(1, 2)) : [];
  const mark = () => chance.one(['"', '"', "'"]);
  const option = (name: string, ...values: readonly string[]) => `  ${name}: ${values.join(' ')}\n`;
  const netblock = () => chance.one(NETBLOCKS);
  const lines = (low: number, high: number, make: () => string) =>
    chance.some(low, high, make).join('');
  const tags = () =>
    `"${chance
      .some(1, 2, () => chance.one(TAGS))
      .filter((tag, i, all) => all.indexOf(tag) === i)
      .join(' ')}"`;

  const typeOf = new Map<string, string>();
  const localZones = (low: number, high: number) =>
    lines(low, high, () => {
      const zone = chance.one(ZONES);
      const type = chance.is(0.1) && zone === '10.in-addr.arpa' ? 'nodefault' : chance.one(TYPES);
      typeOf.set(zone, type);
      return option('local-zone', chance.is(0.7) ? `"${zone}"` : zone, type);
    });
  const data = [
    'A 192.0.2.10',
    '300 IN A 192.0.2.11',
    'AAAA 2001:db8::1',
    'TXT text',
    'IN MX 10 mail.house.example.',
  ];
  const below = (zone: string) => {
    const isRedirect = ['redirect', 'inform_redirect', undefined].includes(typeOf.get(zone));
    return `${isRedirect ? '' : chance.one(OWNERS)}${zone}`;
  };
  /** Data below a zone that redirects keeps Unbound from starting. */
  const isBelowRedirect = (name: string) =>
    ['localhost', ...typeOf.keys()].some(
      (zone) =>
        name !== zone &&
        name.endsWith(`.${zone.replace(/\.$/, '')}`) &&
        /redirect/.test(typeOf.get(zone) ?? (zone === 'localhost' ? 'redirect' : '')),
    );
  const localData = (low: number, high: number) =>
    lines(low, high, () => {
      const zones = [...typeOf.keys()].filter((zone) => zone !== 'com.');
      const name =
        zones.length > 0 && chance.is(0.8)
          ? below(chance.one(zones))
          : chance.one(['www.lonely.example', 'solo.other.org', 'a.lonely.example']);
      if (isBelowRedirect(name)) return '';
      const quote = mark();
      return option('local-data', `${quote}${name} ${chance.one(data)}${quote}`);
    });
  const localPart = () => {
    typeOf.clear();
    return (
      localZones(0, 5) +
      localData(0, 6) +
      chance.maybe(0.2, () =>
        isBelowRedirect('4.3.2.10.in-addr.arpa')
          ? ''
          : option('local-data-ptr', '"10.2.3.4 300 ptr.house.example"'),
      )
    );
  };
  const tagPart = (zones: readonly string[]) =>
    zones.map((zone) => chance.maybe(0.6, () => option('local-zone-tag', zone, tags()))).join('') +
    lines(1, 3, () => option('access-control-tag', netblock(), tags())) +
    lines(0, 3, () =>
      option('access-control-tag-action', netblock(), chance.one(TAGS), chance.one(TYPES)),
    ) +
    lines(0, 2, () =>
      option('access-control-tag-data', netblock(), chance.one(TAGS), '"A 192.0.2.66"'),
    );
  const local = localPart();
  // A tag of a zone that is not there keeps Unbound from starting.
  const written = [...typeOf.keys()].filter((zone) => typeOf.get(zone) !== 'nodefault');
  const flags = ['hide-identity', 'hide-version', 'hide-trustanchor', 'deny-any', 'ede']
    .map((name) => chance.maybe(0.25, () => option(name, chance.one(['yes', 'no']))))
    .join('');
  const server = `server:
  interface: 127.0.0.1@${port}
  chroot: "" username: "" pidfile: "" do-daemonize: no use-syslog: no
  directory: "${folder}" # made by chance
  module-config: "respip iterator"
  do-ip6: no
  do-not-query-localhost: no
  do-not-query-address: 127.9.9.9
  root-hints: "hints.zone"
${isTagged ? option('define-tag', `"${TAGS.join(' ')}"`) : ''}${lines(0, 6, () => option('access-control', netblock(), chance.one(ACTIONS)))}${flags}${chance.maybe(0.1, () => option('unblock-lan-zones', 'yes'))}${chance.maybe(0.2, () => option('identity', '"somebody"'))}${local}${isTagged ? tagPart(written) : ''}${written.length > 0 ? chance.maybe(0.2, () => option('local-zone-override', written[0]!, netblock(), chance.one(TYPES))) : ''}${views.map((view) => lines(1, 2, () => option('access-control-view', netblock(), view))).join('')}`;
  const viewClauses = views
    .map(
      (view) =>
        `view:\n  name: "${view}"\n${chance.maybe(0.5, () => option('view-first', chance.one(['yes', 'no'])))}${chance.maybe(0.85, localPart)}`,
    )
    .join('');
  const to = `127.0.0.1@${upstream}`;
  const clauses = [
    `forward-zone:\n  name: "."\n  forward-addr: ${to}\n  forward-no-cache: yes\n`,
    chance.maybe(
      0.3,
      () =>
        `forward-zone:\n  name: forward.example\n  forward-addr: ${to}\n  forward-no-cache: yes\n`,
    ),
    chance.maybe(
      0.3,
      () => `forward-zone:\n  name: "dead.example."\n  forward-addr: 127.9.9.9@${upstream}\n`,
    ),
    chance.maybe(
      0.3,
      () => `stub-zone:\n  name: stub.example\n  stub-addr: ${to}\n  stub-no-cache: yes\n`,
    ),
    chance.maybe(
      0.5,
      () =>
        `auth-zone:\n  name: one.example\n  zonefile: "one.zone"\n${chance.maybe(0.3, () => option('for-downstream', 'no'))}${chance.maybe(0.3, () => option('for-upstream', 'no'))}${chance.maybe(0.3, () => option('allow-notify', '127.0.0.2'))}`,
    ),
    chance.maybe(
      0.2,
      () =>
        `auth-zone:\n  name: two.example\n  primary: 192.0.2.1\n  fallback-enabled: yes\n${chance.maybe(0.5, () => option('allow-notify', '127.0.0.0/24'))}`,
    ),
    chance.maybe(
      0.3,
      () =>
        `rpz:\n  name: rpz.test\n  zonefile: "rpz.zone"\n${chance.maybe(0.25, () => option('rpz-action-override', chance.one(['nxdomain', 'nodata', 'passthru', 'drop', 'disabled'])))}${isTagged ? chance.maybe(0.5, () => option('tags', tags())) : ''}`,
    ),
  ];
  const isSplit = chance.is(0.3);
  const rest = viewClauses + clauses.join('');
  return {
    files: {
      'unbound.conf': isSplit
        ? `${server}include-toplevel: "${folder}/more*.conf"\n`
        : server + rest,
      'one.zone': ZONE,
      'rpz.zone': POLICY,
      // Nobody is at the root, and it is found out at once.
      'hints.zone': '. 3600000 NS root.test.\nroot.test. 3600000 A 127.9.9.9\n',
      ...(isSplit && { 'more1.conf': rest }),
    },
    names: NAMES,
    keys: [],
  };
}
