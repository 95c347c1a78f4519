/** Configurations of dnsmasq, made by chance: servers by domain, addresses, local names, zones for everybody. */

import type { Generated } from './bind-configurations.ts';
import type { Chance } from './chance.ts';

const DOMAINS = [
  'lan',
  'a.lan',
  'b.a.lan',
  'corp.example',
  'www.corp.example',
  'example',
  'ads.example',
  'x8',
  'test',
  '10.in-addr.arpa',
  '2.0.192.in-addr.arpa',
  'bind',
  'host',
];

const NAMES = [
  ...DOMAINS,
  'nas.lan',
  'printer.lan',
  'x.a.lan',
  'y.x.a.lan',
  'x.b.a.lan',
  'host.lan',
  'guest',
  'nas',
  'printer',
  'www.example',
  'mail.corp.example',
  'x.www.corp.example',
  'tracker.ads.example',
  'badads.example',
  'ax8',
  'www.ax8',
  'x.test',
  '_sip._tcp.lan',
  '_http._tcp.corp.example',
  'alias.lan',
  'alias2.lan',
  'far.lan',
  'x.wild.lan',
  'wild.lan',
  'deep.ent.lan',
  'ent.lan',
  '1.0.0.10.in-addr.arpa',
  '5.1.168.192.in-addr.arpa',
  '1.168.192.in-addr.arpa',
  '7.2.0.192.in-addr.arpa',
  '9.100.51.198.in-addr.arpa',
  '8.8.8.8.in-addr.arpa',
  '1.0.0.127.in-addr.arpa',
  '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa',
  'zone.example',
  'www.zone.example',
  'alias.zone.example',
  'x.star.zone.example',
  'none.zone.example',
  'sub.ent.zone.example',
  'ent.zone.example',
  'other.net',
  'a.b.c.other.net',
];

const HOSTS = `# made by chance
192.168.1.5 nas printer.lan # two
192.168.1.6 nas
10.0.0.1 x.a.lan deep.ent.lan
fd00::1 x.a.lan NAS.lan
192.0.2.7 www.zone.example sub.ent.zone.example
198.51.100.9 www.zone.example
nonsense host.lan
192.0.2.300 host.lan
`;

const ADDRESSES = ['192.0.2.80', '192.0.2.81', '2001:db8::80', '0.0.0.0', '::', '#', ''];

/** `port` is where it listens, `upstream` who answers what it asks. */
export function dnsmasqConfiguration(
  chance: Chance,
  { folder, port, upstream }: { folder: string; port: number; upstream: number },
): Generated {
  const asked = () => `127.0.0.1#${upstream}${chance.maybe(0.1, () => '@lo')}`;
  const domain = () => {
    const name = chance.one(DOMAINS);
    const kind = chance.next();
    if (kind < 0.08) return `*.${name}`;
    if (kind < 0.14) return `*${name}`;
    if (kind < 0.18) return `.${name}`;
    if (kind < 0.22) return '';
    if (kind < 0.26) return '#';
    return kind < 0.32 ? name.toUpperCase() : name;
  };
  const domains = () => `/${chance.some(1, 3, domain).join('/')}/`;
  const server = () => {
    const value = chance.next();
    const list = domains();
    // dnsmasq ends when servers for names without a dot are to be the standard ones.
    const hasSimple = /\/\/|\/#\/./.test(list);
    const to = value < 0.5 ? asked() : value < 0.75 || hasSimple ? '' : '#';
    return `${value < 0.4 || value > 0.6 ? 'server' : 'local'}=${list}${to}`;
  };
  const reverse = () => {
    const prefix = chance.one([
      ...[
        '10.0.0.0/8',
        '192.168.1.0/24',
        '192.168.0.0/22',
        '192.0.2.7',
        'fd00::/8',
        '198.51.100.0/25',
      ],
    ]);
    return `rev-server=${prefix}${chance.is(0.7) ? `,${asked()}` : ''}`;
  };
  const flag = (name: string, probability: number) => chance.maybe(probability, () => name);
  const lines = (probability: number, most: number, make: () => string) =>
    chance.is(probability) ? chance.some(1, most, make) : [];
  const aliases = ['alias.lan', 'alias2.lan', 'far.lan', '*.wild.lan', 'alias.zone.example'];
  const targets = ['nas', 'printer.lan', 'x.a.lan', 'www.other.net', 'www.zone.example'];
  const cnames = aliases
    .filter(() => chance.is(0.3))
    .map((alias) => `cname=${alias},${chance.one(targets)}${flag(',60', 0.2)}`);
  const hasAuth = chance.is(0.35);
  const zones = hasAuth
    ? [
        `auth-server=ns.zone.example${chance.one(['', '', ',127.0.0.1', ',lo/4'])}`,
        ...['zone.example', 'lan', '10.in-addr.arpa']
          .filter((_, i) => i === 0 || chance.is(0.3))
          .map(
            (zone) =>
              `auth-zone=${zone}${chance.maybe(0.5, () => `,${chance.one(['192.0.2.0/24', '10.0.0.0/8', '192.168.1.0'])}`)}${flag(',exclude:192.0.2.0/29', 0.2)}`,
          ),
        chance.maybe(0.3, () => `auth-peer=${chance.one(['127.0.0.1', '127.10.20.30'])}`),
        flag('auth-sec-servers=ns2.zone.example', 0.3),
        ...chance.some(0, 1, () => 'cname=*.star.zone.example,www.zone.example'),
      ]
    : [];
  const text = [
    '# made by chance',
    `port=${port}`,
    'no-resolv',
    chance.is(0.75) ? 'listen-address=127.0.0.1' : chance.one(['local-service', 'bind-interfaces']),
    flag('bind-interfaces', 0.2),
    flag('no-hosts', 0.5),
    flag('domain-needed', 0.35),
    flag('bogus-priv', 0.4),
    flag('filterwin2k', 0.2),
    flag('filter-AAAA', 0.2),
    flag('filter-A', 0.1),
    flag('expand-hosts', 0.4),
    flag('localmx', 0.15),
    flag('selfmx', 0.1),
    flag('no-ident', 0.2),
    flag('localise-queries', 0.15),
    flag('stop-dns-rebind', 0.1),
    flag('local-ttl=60', 0.3),
    chance.maybe(0.5, () => 'domain=lan'),
    chance.maybe(0.15, () => `domain=guest.lan,192.168.1.0/24${flag(',local', 0.5)}`),
    chance.maybe(0.7, () => `server=${asked()}`),
    chance.maybe(0.5, () => `addn-hosts=${folder}/hosts`),
    ...lines(0.8, 4, server),
    ...lines(0.7, 4, () => `address=${domains()}${chance.one(ADDRESSES)}`),
    ...lines(0.3, 2, reverse),
    ...lines(
      0.4,
      2,
      () =>
        `host-record=${chance.one(['host.lan,host,192.168.1.9', 'x.b.a.lan,192.0.2.9,2001:db8::9,600', 'host.corp.example,2001:db8::a'])}`,
    ),
    ...cnames,
    ...lines(0.25, 2, () =>
      chance.one([
        'txt-record=nas.lan,"hello, world",x',
        'txt-record=deep.txt.lan,hi',
        'txt-record=www.zone.example,zone',
      ]),
    ),
    ...lines(0.2, 2, () =>
      chance.one([
        'mx-host=corp.example,mail.corp.example,20',
        'mx-host=lan',
        'mx-host=zone.example,www.zone.example',
      ]),
    ),
    ...lines(0.2, 1, () =>
      chance.one(['srv-host=_sip._tcp.lan,nas.lan,5060', 'srv-host=_sip._tcp,nas,5060,1,2']),
    ),
    ...lines(0.15, 1, () => 'ptr-record=8.8.8.8.in-addr.arpa,eight.lan'),
    ...lines(0.15, 1, () => chance.one(['dns-rr=raw.lan,51,01:23:45', 'dns-rr=x.test,15,000a00'])),
    ...lines(0.1, 1, () => 'caa-record=corp.example,0,issue,"ca.example; x"'),
    ...zones,
  ];
  return {
    files: { 'dnsmasq.conf': `${text.filter((line) => line !== '').join('\n')}\n`, hosts: HOSTS },
    names: NAMES,
    keys: [],
  };
}
