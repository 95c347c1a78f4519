/**
 * Pi-hole is not to be had where these tests run: they hold the reader to the source of FTL 6
 * (src/config/dnsmasq_config.c, src/dnsmasq_interface.c, src/database/gravity-db.c, src/regex.c).
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decide } from '../../../src/diff/fate.ts';
import { explainQuestion } from '../../../src/explain/explain.ts';
import { askedQuestion, playQuestion } from '../../../src/explain/question.ts';
import { readForeignPolicy, recognise } from '../../../src/foreign/readers.ts';
import { Query } from '../../../src/wire/query.ts';
import { writeGravity } from './gravity-file.ts';

const TOML = `# Pi-hole configuration file (v6.2)
[dns]
  upstreams = [
    "192.0.2.53",
    "192.0.2.54#5353"
  ] ### CHANGED, default = []
  CNAMEdeepInspect = true
  hosts = [ "192.168.1.5 nas.lan", "192.168.1.6 printer" ]
  domainNeeded = true
  expandHosts = true
  domain = "lan"
  bogusPriv = true
  listeningMode = "ALL"
  cnameRecords = [ "www.lan,nas.lan" ]
  revServers = [ "true,192.168.7.0/24,192.168.7.1#53,branch.example", "false,10.0.0.0/8,10.0.0.1,x.example" ]
  [dns.blocking]
    active = true
    mode = "MODE"
  [dns.reply.host]
    force4 = true
    IPv4 = "192.168.1.2"
  [dns.reply.blocking]
    force4 = true
    IPv4 = "192.168.1.3"
[webserver.api]
  pwhash = "$BALLOON-SHA256$v=1$s=1024,t=32$c2VjcmV0"
[files]
  gravity = "GRAVITY"
`;

describe('foreign/pihole', () => {
  let folder: string;
  let file: string;
  let gravity: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-pihole-'));
    file = join(folder, 'pihole.toml');
    gravity = join(folder, 'gravity.db');
    writeGravity(gravity, {
      domains: [
        [0, 'good.ads.example', 0],
        [1, 'bad.example', 0],
        [2, String.raw`(^|\.)cdn\.example$`, 0],
        [3, '^ad[0-9]+[.]', 0],
        [3, '^v6only[.];querytype=AAAA', 0],
        [3, '^refused[.];reply=REFUSED', 0],
        [3, '^here[.];reply=192.0.2.9', 0],
        [1, 'games.example', 1],
        [1, 'of-no-group.example', 2],
      ],
      lists: [
        [
          'https://lists.example/ads.txt',
          0,
          ['ads.example', 'good.ads.example', '||wide.example^'],
        ],
        ['https://lists.example/kids.txt', 1, ['chat.example']],
      ],
      allowLists: [['https://lists.example/fine.txt', 0, ['@@||fine.wide.example^']]],
      clients: [
        ['192.0.2.0/24', [1]],
        ['192.0.2.128/25', [0, 1]],
        ['198.51.100.1', []],
        ['00:11:22:33:44:55', [1]],
      ],
    });
    write('NULL');
  });

  after(() => rmSync(folder, { recursive: true }));

  function write(mode: string, change: (text: string) => string = (text) => text): void {
    writeFileSync(file, change(TOML.replace('MODE', mode).replace('GRAVITY', gravity)));
  }

  /** `RCODE by rule, line of the file` */
  function decided(words: Readonly<Record<string, string>>): string {
    const { policy } = readForeignPolicy(file, 'pihole');
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

  const ADS = 'list https://lists.example/ads.txt:1';
  const DECISIONS: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['what is on no list', { name: 'www.example' }, 'forward by server=192.0.2.53:4'],
    ['a name of a list', { name: 'ads.example' }, `NOERROR by ${ADS}`],
    ['its other types', { name: 'ads.example', type: 'TXT' }, `nodata by ${ADS}`],
    ['not what is below it', { name: 'x.ads.example' }, 'forward by server=192.0.2.53:4'],
    ['a list of names and all below', { name: 'a.b.wide.example' }, `NOERROR by ${ADS}`],
    ['a list that allows', { name: 'a.fine.wide.example' }, 'forward by server=192.0.2.53:4'],
    ['a name that is allowed', { name: 'good.ads.example' }, 'forward by server=192.0.2.53:4'],
    ['a name that is denied', { name: 'bad.example' }, 'NOERROR by deny bad.example:2'],
    ['an expression', { name: 'ad7.example' }, 'NOERROR by deny /^ad[0-9]+[.]/:4'],
    ['one that allows', { name: 'ad7.cdn.example' }, 'forward by server=192.0.2.53:4'],
    [
      'one for a type',
      { name: 'v6only.example', type: 'AAAA' },
      'NOERROR by deny /^v6only[.];querytype=AAAA/:5',
    ],
    ['and not for others', { name: 'v6only.example' }, 'forward by server=192.0.2.53:4'],
    [
      'one with a reply of its own',
      { name: 'refused.example' },
      'REFUSED by deny /^refused[.];reply=REFUSED/:6',
    ],
    ['a group that is off', { name: 'of-no-group.example' }, 'forward by server=192.0.2.53:4'],
    ['nothing of another group', { name: 'games.example' }, 'forward by server=192.0.2.53:4'],
    [
      'the group of a network',
      { name: 'games.example', client: '192.0.2.9' },
      'NOERROR by deny games.example:8',
    ],
    [
      'that such a client is not in the default one',
      { name: 'bad.example', client: '192.0.2.9' },
      'forward by server=192.0.2.53:4',
    ],
    [
      'the longest prefix of a client',
      { name: 'bad.example', client: '192.0.2.200' },
      'NOERROR by deny bad.example:2',
    ],
    [
      'a client in no group',
      { name: 'bad.example', client: '198.51.100.1' },
      'forward by server=192.0.2.53:4',
    ],
    ['a name of hosts', { name: 'nas.lan' }, 'NOERROR by local data of nas.lan:8'],
    ['one that is expanded', { name: 'printer.lan' }, 'NOERROR by local data of printer.lan:8'],
    ['an alias', { name: 'www.lan' }, 'NOERROR by local data of www.lan:8'],
    ['other names of its domain', { name: 'other.lan' }, 'NXDOMAIN by local=/lan/:11'],
    [
      'a reverse server',
      { name: 'x.branch.example' },
      'forward by server=/branch.example/192.168.7.1#53:15',
    ],
    ['not one that is off', { name: 'x.example' }, 'forward by server=192.0.2.53:4'],
    ['names for nobody', { name: 'x.onion' }, 'NXDOMAIN by server=/onion/:1'],
    [
      'private addresses',
      { name: '9.9.168.192.in-addr.arpa', type: 'PTR' },
      'NXDOMAIN by bogus-priv:12',
    ],
    [
      "Firefox's canary",
      { name: 'use-application-dns.net' },
      'NXDOMAIN by specialDomains.mozillaCanary:1',
    ],
    [
      'and not its other types',
      { name: 'use-application-dns.net', type: 'TXT' },
      'forward by server=192.0.2.53:4',
    ],
    [
      "Apple's relay",
      { name: 'mask.icloud.com', type: 'TXT' },
      'NXDOMAIN by specialDomains.iCloudPrivateRelay:1',
    ],
    [
      'designated resolvers',
      { name: '_dns.resolver.arpa', type: 'SVCB' },
      'nodata by specialDomains.designatedResolver:1',
    ],
    [
      '_esni. of a blocked name',
      { name: '_esni.bad.example', type: 'TXT' },
      'NXDOMAIN by deny bad.example:2',
    ],
    ['its own name', { name: 'pi.hole' }, "NOERROR by the Pi-hole's own name pi.hole:0"],
    ['and its other types', { name: 'pi.hole', type: 'TXT' }, 'forward by server=192.0.2.53:4'],
  ];
  for (const [what, words, expected] of DECISIONS) {
    it(`knows ${what}`, () => expect(decided(words)).to.equal(expected));
  }

  const MODES: readonly (readonly [string, string, string])[] = [
    ['NULL', 'A', 'NOERROR'],
    ['NULL', 'HTTPS', 'nodata'],
    ['NX', 'MX', 'NXDOMAIN'],
    ['NXDOMAIN', 'A', 'NXDOMAIN'],
    ['NODATA', 'A', 'nodata'],
    ['IP', 'AAAA', 'NOERROR'],
    ['IP_NODATA_AAAA', 'AAAA', 'nodata'],
    ['IP_NODATA_AAAA', 'A', 'NOERROR'],
  ];
  for (const [mode, type, fate] of MODES) {
    it(`answers ${type} as the mode ${mode} wants it`, () => {
      write(mode);
      expect(decided({ name: 'bad.example', type })).to.equal(`${fate} by deny bad.example:2`);
    });
  }

  it('answers with the addresses that it is told to', () => {
    const recordsFor = (mode: string, name: string, type: string) => {
      write(mode);
      const { policy } = readForeignPolicy(file, 'pihole');
      const asked = askedQuestion({ client: '10.0.0.1', name, type });
      if (typeof asked === 'string') throw new Error(asked);
      const query = new Query();
      const length = playQuestion(query, asked, 0);
      query.parse(query.message, length);
      const { verdict } = decide(policy, query);
      return (verdict.records ?? []).map(({ rdata }) => Buffer.from(rdata).toString('hex'));
    };
    expect(recordsFor('NULL', 'bad.example', 'A')).to.deep.equal(['00000000']);
    expect(recordsFor('NULL', 'bad.example', 'AAAA')).to.deep.equal(['0'.repeat(32)]);
    expect(recordsFor('IP', 'bad.example', 'A')).to.deep.equal(['c0a80103']);
    expect(recordsFor('NX', 'here.example', 'A')).to.deep.equal(['c0000209']);
    expect(recordsFor('NX', 'here.example', 'AAAA')).to.deep.equal(['0'.repeat(32)]);
    expect(recordsFor('NX', 'pi.hole', 'A')).to.deep.equal(['c0a80102']);
  });

  it('blocks nothing when blocking is off', () => {
    write('NULL', (text) => text.replace('active = true', 'active = false'));
    expect(decided({ name: 'bad.example' })).to.match(/^forward/);
    expect(decided({ name: 'use-application-dns.net' })).to.match(/^forward/);
  });

  it('lists what it cannot read, and no secret', () => {
    write('NULL');
    const { left } = readForeignPolicy(file, 'pihole');
    const shown = left
      .filter(({ isExplained }) => isExplained !== true)
      .map(({ what, decides, place }) => `${place.line} ${what} ${decides}`);
    expect(shown).to.deep.equal([
      '1 dns.rateLimit 1000/60 false',
      '4 client 00:11:22:33:44:55 true',
    ]);
    expect(JSON.stringify(left)).not.to.contain('BALLOON');
  });

  it('reads a file without a gravity.db, and says so', () => {
    write('NULL', (text) => text.replace(gravity, join(folder, 'other.db')));
    const { left } = readForeignPolicy(file, 'pihole');
    expect(left.map(({ what }) => what)).to.include('the lists of gravity.db');
    expect(decided({ name: 'bad.example' })).to.match(/^forward/);
  });

  it('reads a domain as version 6.3 writes it', () => {
    write('NULL', (text) =>
      text.replace('domain = "lan"', 'domain = { name = "home.arpa", local = true }'),
    );
    expect(decided({ name: 'x.home.arpa' })).to.equal('NXDOMAIN by local=/home.arpa/:11');
  });

  it('lists a key of dns that nobody knows here', () => {
    write('NULL', (text) => text.replace('[dns]', '[dns]\n  refuseAll = true'));
    const { left } = readForeignPolicy(file, 'pihole');
    expect(left.find(({ what }) => what === 'dns.refuseAll')).to.include({ decides: true });
  });

  it('is recognised by its keys', () => {
    write('NULL');
    expect(recognise(file)).to.equal('pihole');
  });

  const WRONG: readonly (readonly [string, (text: string) => string, RegExp])[] = [
    ['half a file', (text) => text.slice(0, 150), /pihole\.toml:\d+:\d+: /],
    [
      'a mode that is none',
      (text) => text.replace('"NULL"', '"SILENCE"'),
      /pihole\.toml:18:5: dns.blocking.mode = "SILENCE"; expect NULL, /,
    ],
    [
      'a flag that is none',
      (text) => text.replace('active = true', 'active = "yes"'),
      /:17:5: dns.blocking.active = yes; expect true or false/,
    ],
    [
      'a list that is none',
      (text) => text.replace(/upstreams = \[[^\]]*\]/, 'upstreams = "192.0.2.1"'),
      /:3:3: dns.upstreams is no list/,
    ],
    [
      'a server that is none',
      (text) => text.replace('192.0.2.54#5353', '192.0.2.54#x'),
      /:5:5: server: "192.0.2.54#x" is no server/,
    ],
    [
      'setupVars.conf of version 5',
      () => 'PIHOLE_INTERFACE=eth0\nPIHOLE_DNS_1=192.0.2.1\n',
      /:1:1: it is of Pi-hole 5, .*; expect pihole\.toml/,
    ],
    [
      'a gravity.db that is none',
      (text) => text.replace(gravity, file),
      /pihole\.toml:1:1: it cannot be read: .*; expect a gravity.db/,
    ],
  ];
  for (const [what, change, expected] of WRONG) {
    it(`reports ${what}`, () => {
      write('NULL', change);
      expect(() => readForeignPolicy(file, 'pihole')).to.throw(expected);
    });
  }

  it('reads Windows line ends', () => {
    write('NULL', (text) => text.replaceAll('\n', '\r\n'));
    expect(decided({ name: 'bad.example' })).to.equal('NOERROR by deny bad.example:2');
  });
});
