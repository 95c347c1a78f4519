/**
 * AdGuard Home is not to be had where these tests run: they hold the reader to its documentation and source
 * (0.107: internal/dnsforward/{access,middleware,msg}.go, internal/filtering/rewrites.go; dnsproxy: validateRequest).
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { explainQuestion } from '../../../src/explain/explain.ts';
import { askedQuestion } from '../../../src/explain/question.ts';
import { readForeignPolicy, recognise } from '../../../src/foreign/readers.ts';

const CONFIG = `http: { address: 0.0.0.0:3000 }
users: [{ name: admin, password: $2y$10$abcdefghijkl }]
dns:
  bind_hosts: [127.0.0.1]
  port: 5353
  refuse_any: true
  upstream_dns:
    - https://dns.example/dns-query
    - "[/corp.example/lan/]10.0.0.53"
    - "# a comment"
  allowed_clients: []
  disallowed_clients:
    - 10.9.0.0/16
    - laptop
  blocked_hosts:
    - version.bind
    - "||secret.example^"
filtering:
  protection_enabled: true
  filtering_enabled: true
  blocking_mode: MODE
  blocking_ipv4: 192.0.2.99
  blocking_ipv6: 2001:db8::99
  rewrites:
    - { domain: nas.lan, answer: 192.168.1.5 }
    - { domain: "*.lan", answer: 192.168.1.9 }
    - { domain: www.lan, answer: nas.lan }
    - { domain: out.lan, answer: other.example }
    - { domain: self.lan, answer: self.lan }
    - { domain: v4.lan, answer: A }
    - { domain: off.example, answer: 192.0.2.1, enabled: false }
filters:
  - { enabled: true, url: "https://lists.example/ads.txt", id: 1 }
  - { enabled: false, url: "https://lists.example/off.txt", id: 2 }
  - { enabled: true, url: "https://lists.example/missing.txt", id: 3 }
user_rules:
  - "||ads.example^"
  - "@@||good.ads.example^"
  - "||bad.good.ads.example^$important"
  - 192.0.2.7 hosts.example
  - "/regex[0-9]+/"
schema_version: 29
`;

describe('foreign/adguard', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-adguard-'));
    file = join(folder, 'AdGuardHome.yaml');
    mkdirSync(join(folder, 'data/filters'), { recursive: true });
    writeFileSync(join(folder, 'data/filters/1.txt'), '! ads\n||tracker.example^\n');
    writeFileSync(join(folder, 'data/filters/2.txt'), '||fine.example^\n');
    write('default');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function write(mode: string): void {
    writeFileSync(file, CONFIG.replace('MODE', mode));
  }

  /** `RCODE by rule, line of the file` */
  function decided(words: Readonly<Record<string, string>>): string {
    const { policy } = readForeignPolicy(file, 'adguard');
    const asked = askedQuestion({ client: '10.0.0.1', ...words });
    if (typeof asked === 'string') throw new Error(asked);
    const { decision } = explainQuestion(policy, asked, 0);
    const { action, rcode, rule } = decision as {
      action: string;
      rcode?: string;
      rule: { id: string; line: number };
    };
    const fate = ['drop', 'forward', 'nodata'].includes(action) ? action : rcode;
    return `${fate} by ${rule.id}:${rule.line}`;
  }

  const DECISIONS: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['what nobody has a rule for', { name: 'www.example' }, 'forward by upstream_dns:8'],
    [
      'silence for a client that is not let in',
      { name: 'www.example', client: '10.9.1.1' },
      'drop by disallowed_clients 10.9.0.0/16:13',
    ],
    [
      'REFUSED for it by TCP',
      { name: 'www.example', client: '10.9.1.1', transport: 'tcp' },
      'REFUSED by disallowed_clients 10.9.0.0/16:13',
    ],
    [
      'silence for a host that nobody may ask for',
      { name: 'a.secret.example' },
      'drop by blocked_hosts ||secret.example^:17',
    ],
    ['ANY', { name: 'www.example', type: 'ANY' }, 'NOTIMP by refuse_any:6'],
    ['a rewrite', { name: 'nas.lan' }, 'NOERROR by rewrites nas.lan 192.168.1.5:25'],
    [
      'its other types',
      { name: 'nas.lan', type: 'MX' },
      'nodata by rewrites nas.lan 192.168.1.5:25',
    ],
    ['a wildcard', { name: 'x.y.lan' }, 'NOERROR by rewrites *.lan 192.168.1.9:26'],
    ['not the name above a wildcard', { name: 'lan' }, 'forward by upstream_dns:8'],
    ['an alias to a rewrite', { name: 'www.lan' }, 'NOERROR by rewrites www.lan nas.lan:27'],
    ['an alias to elsewhere', { name: 'out.lan' }, 'forward by rewrites out.lan other.example:28'],
    ['a name that is left alone', { name: 'self.lan' }, 'forward by upstream_dns:8'],
    ['a type that is left to others', { name: 'v4.lan' }, 'forward by upstream_dns:8'],
    ['and the other type', { name: 'v4.lan', type: 'AAAA' }, 'nodata by rewrites v4.lan A:30'],
    ['a rewrite that is off', { name: 'off.example' }, 'forward by upstream_dns:8'],
    ['a rule', { name: 'x.ads.example' }, 'NOERROR by ||ads.example^:37'],
    ['its other types', { name: 'ads.example', type: 'TXT' }, 'nodata by ||ads.example^:37'],
    ['an exception', { name: 'x.good.ads.example' }, 'forward by upstream_dns:8'],
    [
      'an important rule',
      { name: 'bad.good.ads.example' },
      'NOERROR by ||bad.good.ads.example^$important:39',
    ],
    ['a line of a hosts file', { name: 'hosts.example' }, 'NOERROR by 192.0.2.7 hosts.example:40'],
    ['nothing below it', { name: 'x.hosts.example' }, 'forward by upstream_dns:8'],
    ['a filter', { name: 'tracker.example' }, 'NOERROR by ||tracker.example^:2'],
    ['a filter that is off', { name: 'fine.example' }, 'forward by upstream_dns:8'],
  ];
  for (const [what, words, expected] of DECISIONS) {
    it(`knows ${what}`, () => expect(decided(words)).to.equal(expected));
  }

  const MODES: readonly (readonly [string, string, string])[] = [
    ['default', 'A', 'NOERROR'],
    ['null_ip', 'HTTPS', 'nodata'],
    ['nxdomain', 'A', 'NXDOMAIN'],
    ['nxdomain', 'MX', 'nodata'],
    ['refused', 'AAAA', 'REFUSED'],
    ['custom_ip', 'AAAA', 'NOERROR'],
  ];
  for (const [mode, type, fate] of MODES) {
    it(`answers ${type} as blocking_mode ${mode} wants it`, () => {
      write(mode);
      expect(decided({ name: 'ads.example', type })).to.equal(`${fate} by ||ads.example^:37`);
    });
  }

  it('lets in only those of allowed_clients, whoever is disallowed', () => {
    writeFileSync(file, CONFIG.replace('allowed_clients: []', 'allowed_clients: [10.9.0.0/16]'));
    expect(decided({ name: 'www.example', client: '10.9.1.1' })).to.match(/^forward/);
    expect(decided({ name: 'www.example' })).to.match(/^drop by not in allowed_clients/);
  });

  it('lists what it cannot read, and no secret', () => {
    const { left } = readForeignPolicy(file, 'adguard');
    expect(
      left.map(({ what, decides, place }) => `${place.line} ${what} ${decides}`),
    ).to.deep.equal([
      '14 disallowed_clients: laptop true',
      '41 /regex[0-9]+/ true',
      '35 filter https://lists.example/missing.txt true',
    ]);
    expect(JSON.stringify(left)).not.to.contain('$2y$');
  });

  it('is recognised by its keys', () => {
    expect(recognise(file)).to.equal('adguard');
    writeFileSync(file, 'upstreams: { default: { servers: [192.0.2.1] } }\n');
    expect(recognise(file)).to.equal(undefined);
  });

  it('reports what is no YAML, and names that are none, with their place', () => {
    writeFileSync(file, 'dns:\n  upstream_dns: [1\n');
    expect(() => readForeignPolicy(file, 'adguard')).to.throw(/AdGuardHome\.yaml:\d+:\d+: /);
    writeFileSync(file, CONFIG.replace('domain: nas.lan', 'domain: nas..lan'));
    expect(() => readForeignPolicy(file, 'adguard')).to.throw(
      /yaml:25:\d+: rewrites: "nas..lan" is no name/,
    );
  });
});
