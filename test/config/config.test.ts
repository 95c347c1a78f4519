import { hostname } from 'node:os';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { formatEndpoint } from '../../src/net/address.ts';
import { formatPrefix, type Prefix } from '../../src/net/prefix.ts';
import { FINE } from './problems.ts';

const shown = (prefixes: readonly Prefix[]) => prefixes.map(formatPrefix);

describe('config/config defaults', () => {
  const config = parseConfig('config/site.yaml', FINE);

  it('has a value for every key', () => {
    expect(config).to.deep.include({
      file: 'config/site.yaml',
      node: hostname(),
      listensByDefault: true,
      clientGroups: [],
      policies: [],
      ede: 'full',
      cache: {
        entries: 100_000,
        maxTtl: 86_400_000,
        minTtl: 0,
        negativeMaxTtl: 3_600_000,
        serveStale: 0,
        size: 64 * 1024 * 1024,
      },
      decisionLog: {
        to: { value: 'stdout', place: { file: 'config/site.yaml', line: 1, column: 1 } },
        record: 'policy',
        limit: undefined,
        syslog: undefined,
        clickhouse: undefined,
        otlp: undefined,
        dnstap: undefined,
        rotate: undefined,
      },
      start: { file: 'config/site.yaml', line: 1, column: 1 },
    });
  });

  it('listens on loopback, as the admin HTTP does', () => {
    expect(config.listen.map(({ value }) => formatEndpoint(value))).to.deep.equal([
      '127.0.0.1:5300',
      '[::1]:5300',
    ]);
    expect(formatEndpoint(config.admin.listen.value)).to.equal('127.0.0.1:8053');
    expect(config.admin.tokens).to.deep.equal([]);
    expect(config.admin.probes).to.equal(undefined);
  });

  it('allows loopback to ask, all who may ask to ask with RD=1, and nobody anything else', () => {
    const { query, recursion, transfer, update, notify } = config.views[0].acl;
    expect(recursion).to.equal(undefined);
    expect([transfer, update, notify].map(({ entries }) => entries)).to.deep.equal([[], [], []]);
    const { entries } = query;
    expect(entries).to.have.lengthOf(1);
    expect(entries[0]).to.include({ key: 'loopback', action: 'allow', place: undefined });
    expect(shown(entries[0]!.prefixes)).to.deep.equal(['127.0.0.0/8', '::1/128']);
  });

  it('asks each server of a group in order, twice, for two seconds', () => {
    const { servers, ...others } = config.upstreams[0]!.value;
    expect(others).to.include({ strategy: 'sequential', timeout: 2000, attempts: 2, probe: 5 });
    expect(servers).to.have.lengthOf(1);
  });

  it('fills in what a section leaves out', () => {
    const partial = parseConfig('a.yaml', `${FINE}cache: { entries: 0 }\nadmin: { token: t }\n`);
    expect(partial.cache).to.deep.include({ entries: 0, maxTtl: 86_400_000 });
    expect(partial.admin.tokens).to.deep.equal([{ name: 'admin', token: 't', may: 'reload' }]);
    expect(formatEndpoint(partial.admin.listen.value)).to.equal('127.0.0.1:8053');
  });

  const routes = [
    { when: 'it is the only one', upstreams: '{ corp: { servers: [192.0.2.1] } }', group: 'corp' },
    {
      when: 'it is named default',
      upstreams: '{ corp: { servers: [192.0.2.1] }, default: { servers: [192.0.2.2] } }',
      group: 'default',
    },
  ];
  for (const { when, upstreams, group } of routes) {
    it(`routes all names to an upstream group when ${when}`, () => {
      const text = `upstreams: ${upstreams}\n`;
      const [route, ...others] = parseConfig('a.yaml', text).views[0].routes;
      expect(route).to.deep.include({ key: '.', value: group });
      expect(route!.place).to.deep.include({ line: 1, column: text.indexOf(group) + 1 });
      expect(others).to.deep.equal([]);
    });
  }
});

describe('config/config values', () => {
  const text = `node: ns1.site-a
listen: ["127.0.0.1:53", "[::1]:53"]
admin: { listen: "192.0.2.1:8053", token: secret }
clientGroups:
  office: [10.20.0.0/16, "2001:db8:20::/48"]
  vpn: [10.21.0.1]
acl:
  query:
    office: allow
    vpn: { action: drop, owner: netops, reason: NET-42 }
    10.20.99.0/24: truncate
    "::/0": refuse
  recursion: { office: allow }
  transfer: {}
upstreams:
  default: { servers: [/etc/resolv.conf] }
  corp: { servers: ["10.0.0.10:53", "tcp://10.0.0.11"], strategy: fastest, timeout: 500ms, attempts: 1 }
routes: { ".": default, corp.example: corp }
policies:
  - name: house
    rules: { "*.bad.example": refuse, ad.example: { action: nxdomain, types: [A], owner: me } }
  - { name: list, rpz: list.rpz, override: nxdomain }
cache: { entries: 10, maxTtl: 1h, minTtl: 5s, negativeMaxTtl: 0, serveStale: 2h, size: 1MiB }
ede: codes
decisionLog: { to: var/decisions.log, record: all, rotate: { size: 64KiB, every: 1d }, limit: { perSecond: 9 }, syslog: { to: /dev/log }, dnstap: { to: tcp://192.0.2.9:6000 } }
`;
  const config = parseConfig('site.yaml', text);

  it('are those that are written', () => {
    expect(config).to.deep.include({
      node: 'ns1.site-a',
      listensByDefault: false,
      ede: 'codes',
      cache: {
        entries: 10,
        maxTtl: 3_600_000,
        minTtl: 5000,
        negativeMaxTtl: 0,
        ...{ serveStale: 7_200_000, size: 1024 * 1024 },
      },
      decisionLog: {
        to: { value: 'var/decisions.log', place: { file: 'site.yaml', line: 25, column: 20 } },
        record: 'all',
        syslog: { to: { kind: 'unix', path: '/dev/log' }, facility: 'daemon' },
        clickhouse: undefined,
        otlp: undefined,
        dnstap: { to: { kind: 'tcp', endpoint: { address: '192.0.2.9', port: 6000 } } },
        limit: { perSecond: 9, ipv4Prefix: 32, ipv6Prefix: 56 },
        rotate: { size: 65_536, every: 86_400_000, keep: 10, gzip: true },
      },
    });
    expect(config.admin.tokens).to.deep.include({ name: 'admin', token: 'secret', may: 'reload' });
    expect(config.listen.map(({ value }) => formatEndpoint(value))).to.deep.equal([
      '127.0.0.1:53',
      '[::1]:53',
    ]);
    expect(config.upstreams[1]!.value).to.include({
      strategy: 'fastest',
      timeout: 500,
      attempts: 1,
    });
  });

  it('have prefixes for the names of client groups, and the place of each entry', () => {
    const entries = config.views[0].acl.query.entries.map(({ prefixes, place, ...entry }) => ({
      ...entry,
      prefixes: shown(prefixes),
      line: place!.line,
    }));
    const unsaid = { owner: undefined, reason: undefined, expires: undefined, mode: 'enforce' };
    expect(entries).to.deep.equal([
      {
        ...unsaid,
        key: 'office',
        action: 'allow',
        prefixes: ['10.20.0.0/16', '2001:db8:20::/48'],
        line: 9,
      },
      {
        ...unsaid,
        key: 'vpn',
        action: 'drop',
        owner: 'netops',
        reason: 'NET-42',
        prefixes: ['10.21.0.1/32'],
        line: 10,
      },
      {
        ...unsaid,
        key: '10.20.99.0/24',
        action: 'truncate',
        prefixes: ['10.20.99.0/24'],
        line: 11,
      },
      { ...unsaid, key: '::/0', action: 'refuse', prefixes: ['::/0'], line: 12 },
    ]);
    expect(config.views[0].acl.recursion!.entries.map(({ key }) => key)).to.deep.equal(['office']);
    expect(config.views[0].acl.transfer.entries).to.deep.equal([]);
  });

  it('keep the order and the place of routes', () => {
    expect(
      config.views[0].routes.map(({ key, value, place }) => [key, value, place.line, place.column]),
    ).to.deep.equal([
      ['.', 'default', 18, 11],
      ['corp.example', 'corp', 18, 25],
    ]);
  });

  it('have prefixes for the proxies of a listener', () => {
    const { listen } = parseConfig(
      'site.yaml',
      `${FINE}clientGroups: { front: [192.0.2.0/30] }
listen:
  - 127.0.0.1:53
  - { address: "[::1]:53" }
  - { address: "10.0.0.53:53", proxyProtocol: { from: [10.0.0.2/32, front] } }
`,
    );
    const [plain, alike, behind] = listen.map(({ value }) => value);
    expect(plain).to.deep.equal({ address: '127.0.0.1', port: 53 });
    expect(alike).to.deep.equal({ address: '::1', port: 53 });
    expect(behind).to.include({ address: '10.0.0.53', port: 53 });
    expect(shown(behind!.proxies!)).to.deep.equal(['10.0.0.2/32', '192.0.2.0/30']);
  });

  it('have prefixes for who is exempt from the rate limit, and a burst of two seconds', () => {
    const { rateLimit } = parseConfig(
      'site.yaml',
      `${FINE}clientGroups: { office: [10.0.0.0/8] }
rateLimit: { queriesPerSecond: 50, exempt: [office, 192.0.2.1] }
`,
    );
    const { exempt, place, ...rest } = rateLimit!;
    expect(rest).to.deep.equal({
      queriesPerSecond: 50,
      burst: 100,
      ipv4Prefix: 32,
      ipv6Prefix: 56,
      action: 'truncate',
    });
    expect(shown(exempt)).to.deep.equal(['10.0.0.0/8', '192.0.2.1/32']);
    expect(place).to.include({ line: 3, column: 12 });
    expect(parseConfig('site.yaml', FINE).rateLimit).to.equal(undefined);
  });

  it('keep the order of policies', () => {
    const [house, list] = config.policies.map(({ value }) => value);
    expect(house!.rules!.map(({ key }) => key)).to.deep.equal(['*.bad.example', 'ad.example']);
    expect(house).to.include({ rpz: undefined, override: 'given' });
    expect(list).to.include({ rules: undefined, override: 'nxdomain' });
    expect(list!.rpz!.value).to.equal('list.rpz');
  });

  it('may stand behind anchors and aliases', () => {
    const aliased = parseConfig(
      'site.yaml',
      `clientGroups: { office: &office [10.0.0.0/8], vpn: *office }
acl: { query: &list { office: allow, 10.0.0.0/8: refuse }, recursion: *list }
upstreams: { default: &u { servers: [&s 192.0.2.1, *s] }, corp: *u }
`,
    );
    expect(aliased.clientGroups.map(({ prefixes }) => shown(prefixes))).to.deep.equal([
      ['10.0.0.0/8'],
      ['10.0.0.0/8'],
    ]);
    expect(aliased.views[0].acl.recursion!.entries.map(({ action }) => action)).to.deep.equal([
      'allow',
      'refuse',
    ]);
    const { servers } = aliased.upstreams[1]!.value;
    expect(servers[0]!.value).to.deep.equal(servers[1]!.value);
    expect(servers.map(({ place }) => place.column)).to.deep.equal([41, 52]);
  });

  it('may be variables, whole or in part, keys and names as well', () => {
    const { node, cache, clientGroups, views } = parseConfig(
      'site.yaml',
      `node: "ns1.\${SITE}.\${SITE}"
cache: { entries: "\${COUNT}" }
clientGroups: { "\${GROUP}": ["\${PREFIX}"] }
acl: { query: { office: allow, "\${PREFIX}": drop } }
routes: { ".": "\${UP}" }
upstreams:
  \${UP}: { servers: [192.0.2.1] }
`,
      { SITE: 'a', COUNT: '7', GROUP: 'office', PREFIX: '10.0.0.0/8', UP: 'out' },
    );
    expect(node).to.equal('ns1.a.a');
    expect(cache.entries).to.equal(7);
    expect(clientGroups[0]!.name).to.equal('office');
    expect(views[0].acl.query.entries.map(({ prefixes }) => shown(prefixes))).to.deep.equal([
      ['10.0.0.0/8'],
      ['10.0.0.0/8'],
    ]);
    expect(views[0].routes[0]!.value).to.equal('out');
  });

  it('take what is no variable as it is', () => {
    const { node } = parseConfig('a.yaml', `${FINE}node: "$A \${} \${1} \${A-B}"\n`, { A: 'x' });
    expect(node).to.equal(`$A \${} \${1} \${A-B}`);
  });

  it('do not expand what a variable holds', () => {
    const text = `${FINE}node: "\${A}"\n`;
    expect(parseConfig('a.yaml', text, { A: `\${B}`, B: 'x' }).node).to.equal(`\${B}`);
  });

  it('may be the least and the most there can be', () => {
    const text = 'upstreams: { a: { servers: [192.0.2.1], attempts: 10, timeout: 60s } }';
    const most = parseConfig('a.yaml', `${text}\ncache: { entries: 100000000 }\n`);
    expect(most.cache.entries).to.equal(100_000_000);
    expect(most.upstreams[0]!.value).to.include({ attempts: 10, timeout: 60_000 });
  });

  it('are texts as they are written, whatever YAML makes of them', () => {
    const octal = parseConfig(
      'a.yaml',
      `${FINE}clientGroups: { 010: [10.0.0.0/8] }\nacl: { query: { 010: allow } }\n`,
    );
    expect(octal.views[0].acl.query.entries[0]!.key).to.equal('010');
    expect(parseConfig('a.yaml', `${FINE}node: 1e3\n`).node).to.equal('1e3');
    expect(parseConfig('a.yaml', `${FINE}node: true\n`).node).to.equal('true');
  });
});
