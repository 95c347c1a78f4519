import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { findWarnings } from '../../src/policy/warnings.ts';

const UPSTREAMS = 'upstreams: { default: { servers: [192.0.2.1] } }';

function warnings(...lines: readonly string[]): string[] {
  const config = parseConfig('site.yaml', [UPSTREAMS, ...lines].join('\n'));
  return findWarnings(compilePolicy(config, '0.1.0'));
}

describe('policy/warnings', () => {
  it('has nothing to say of a plain configuration', () => {
    expect(warnings()).to.deep.equal([]);
  });

  const openResolver = /^site\.yaml:4:.* acl\.query (\S+) allows everybody .* an open resolver$/;
  for (const prefix of ['0.0.0.0/0', '128.0.0.0/1', '"::/0"', '"8000::/1"']) {
    it(`warns of an open resolver when ${prefix} is allowed on an address that others reach`, () => {
      const found = warnings('listen: [192.0.2.53:53]', 'acl:', `  query: { ${prefix}: allow }`);
      expect(found).to.have.length(1);
      expect(openResolver.exec(found[0]!)?.[1]).to.equal(prefix.replaceAll('"', ''));
    });
  }

  it('warns of an open resolver by a client group, and on a wildcard address', () => {
    const group = 'clientGroups: { all: [10.0.0.0/8, 0.0.0.0/0] }';
    const found = warnings(
      'listen: ["[::]:53", 0.0.0.0:53]',
      group,
      'acl: { query: { all: allow } }',
    );
    expect(found).to.deep.equal([
      'site.yaml:4: acl.query all allows everybody on an address that others reach: an open resolver',
    ]);
  });

  const listens: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'is for IPv6 alone',
      '["[::]:53"]',
      ['[::]:53 serves IPv6 clients alone: add 0.0.0.0:53 for those of IPv4'],
    ],
    [
      'has IPv4 beside it on another port',
      '["[::]:53", 0.0.0.0:54]',
      ['[::]:53 serves IPv6 clients alone: add 0.0.0.0:53 for those of IPv4'],
    ],
    ['has IPv4 beside it', '["[::]:53", 0.0.0.0:53]', []],
    ['is one of IPv6', '["[2001:db8::1]:53"]', []],
    ['is for IPv4', '[0.0.0.0:53]', []],
    [
      'names an interface that is not',
      '["[fe80::1%gone0]:53"]',
      ['[fe80::1%gone0]:53: no interface gone0 with IPv6 is up on this host'],
    ],
    [
      'has a number of no interface',
      '["[fe80::1%9999]:53"]',
      ['[fe80::1%9999]:53: no interface 9999 with IPv6 is up on this host'],
    ],
  ];
  for (const [when, listen, expected] of listens) {
    it(`says what is served when an address ${when}`, () => {
      const found = warnings(`listen: ${listen}`);
      expect(found).to.deep.equal(expected.map((text) => `site.yaml:2: listen ${text}`));
    });
  }

  const closed: readonly (readonly [string, readonly string[]])[] = [
    ['only loopback is served', ['listen: [127.0.0.1:53]', 'acl: { query: { 0.0.0.0/0: allow } }']],
    ['all are refused', ['listen: [192.0.2.53:53]', 'acl: { query: { 0.0.0.0/0: refuse } }']],
    ['all are truncated', ['listen: [192.0.2.53:53]', 'acl: { query: { 0.0.0.0/0: truncate } }']],
    ['some are allowed', ['listen: [192.0.2.53:53]', 'acl: { query: { 10.0.0.0/8: allow } }']],
  ];
  for (const [when, lines] of closed) {
    it(`does not speak of an open resolver when ${when}`, () => {
      expect(warnings(...lines)).to.deep.equal([]);
    });
  }

  it('warns of an entry for a prefix that another entry has', () => {
    const found = warnings(
      'clientGroups: { office: [10.20.0.0/16] }',
      'acl:',
      '  query:',
      '    office: allow',
      '    10.20.0.0/16: refuse',
      '  recursion:',
      '    office: allow',
      '    10.20.0.0/16: refuse',
    );
    expect(found).to.deep.equal([
      'site.yaml:6: acl.query 10.20.0.0/16 never decides for 10.20.0.0/16: line 5 (office) does',
      'site.yaml:9: acl.recursion 10.20.0.0/16 never decides for 10.20.0.0/16: line 8 (office) does',
    ]);
  });

  it('warns of policies that answer REFUSED, by a rule or an override', () => {
    const found = warnings(
      'policies:',
      '  - { name: mild, rules: { a.example: nxdomain, b.example: { answer: [192.0.2.1] } } }',
      '  - { name: harsh, rules: { c.example: refuse, d.example: { action: refuse } } }',
    );
    expect(found).to.have.length(1);
    expect(found[0]).to.match(/^site\.yaml:4: policy harsh answers REFUSED: clients with a second/);
  });

  it('warns of refusals of one of A and AAAA', () => {
    const types = (text: string) =>
      warnings(
        'policies:',
        '  - name: house',
        `    rules: { a.example: { action: refuse, types: [${text}] } }`,
      ).filter((warning) => warning.includes('alone'));
    const told = (half: string, lost: string) => [
      `site.yaml:4: house/a.example refuses ${half} alone: stubs that wait for both answers (musl) lose ${lost} too; nodata leaves it`,
    ];
    expect(types('AAAA')).to.deep.equal(told('AAAA', 'A'));
    expect(types('aaaa, MX')).to.deep.equal(told('AAAA', 'A'));
    expect(types('A, HTTPS')).to.deep.equal(told('A', 'AAAA'));
    expect(types('A, AAAA')).to.deep.equal([]);
    expect(types('MX')).to.deep.equal([]);
    const [line = ''] = warnings(
      'policies: [{ name: house, rules: { a.example: { action: nodata, types: [AAAA] } } }]',
    );
    expect(line).to.equal('');
  });

  it('warns of private prefixes that are missing behind a proxy', () => {
    const listen = 'listen: [{ address: "127.0.0.1:53", proxyProtocol: { from: [192.0.2.1] } }]';
    const found = (...entries: readonly string[]) =>
      warnings(listen, `acl: { query: { ${entries.join(', ')} } }`).filter((warning) =>
        warning.includes('private'),
      );
    expect(found('203.0.113.0/24: allow')).to.have.length(1);
    expect(found('203.0.113.0/24: allow')[0]).to.match(
      /^site\.yaml:2: private prefixes are missing in acl\.query: behind PROXY protocol clients/,
    );
    expect(found('203.0.113.0/24: allow', '0.0.0.0/0: refuse')).to.have.length(1);
    for (const entry of ['10.0.0.0/8: allow', '192.168.7.0/24: refuse', '"::/0": allow']) {
      expect(found('203.0.113.0/24: allow', entry), entry).to.deep.equal([]);
    }
    const plain = warnings('listen: ["127.0.0.1:53"]', 'acl: { query: { 203.0.113.0/24: allow } }');
    expect(plain).to.deep.equal([]);
  });

  it('warns of a rotation of stdout', () => {
    const rotate = 'rotate: { keep: 3 }';
    expect(warnings(`decisionLog: { to: a.log, ${rotate} }`)).to.deep.equal([]);
    expect(warnings(`decisionLog: { ${rotate} }`)).to.deep.equal([
      'site.yaml:1: decisionLog.rotate is for a file: stdout is not rotated',
    ]);
  });

  it('warns of ClickHouse and of OTLP without a file to send from', () => {
    for (const key of ['clickhouse', 'otlp']) {
      const section = `${key}: { url: "http://127.0.0.1:8123" }`;
      expect(warnings(`decisionLog: { to: a.log, ${section} }`)).to.deep.equal([]);
      const [warning, ...others] = warnings(`decisionLog: { ${section} }`);
      expect(warning).to.match(
        new RegExp(
          `^site\\.yaml:\\d+: decisionLog\\.${key} has no file to send from, .*dropped and counted`,
        ),
      );
      expect(others).to.deep.equal([]);
    }
  });

  it('warns of the lines of a list that it ignores, and of a list that answers REFUSED', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    try {
      const file = join(folder, 'ads.txt');
      writeFileSync(file, 'a.example\n/\n/\n/\n/\nx y\n');
      const found = warnings('policies:', `  - { name: ads, domains: ${file}, action: refuse }`);
      expect(found).to.have.length(3);
      expect(found.slice(0, 2)).to.deep.equal([
        `${file}:2: policy ads: 4 lines ignored (not a name): lines 2, 3, 4, …`,
        `${file}:6: policy ads: 1 line ignored (more than one word)`,
      ]);
      expect(found[2]).to.match(/^site\.yaml:3: policy ads answers REFUSED/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('warns of a key by an algorithm that is not to be used any more', () => {
    const key = (algorithm: string) => `{ algorithm: ${algorithm}, secret: c2VjcmV0IHNlY3JldA== }`;
    expect(
      warnings('tsigKeys:', `  old: ${key('hmac-md5')}`, `  new: ${key('hmac-sha256')}`),
    ).to.deep.equal([
      'site.yaml:3: tsigKeys old uses hmac-md5, which is not to be used any more: hmac-sha256 is',
    ]);
  });

  it('warns of the rules of a policy zone that it ignores, by kind', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    try {
      const file = join(folder, 'feed.rpz');
      const lines = ['@ 60 SOA a. b. 1 1 1 1 1', '32.1.2.0.192.rpz-nsip CNAME .', 'a CNAME .', ''];
      writeFileSync(file, [...lines, 'a CNAME .', '24.0.2.0.192.rpz-nsip CNAME .', ''].join('\n'));
      const found = warnings('policies:', `  - { name: feed, rpz: ${file}, override: refuse }`);
      expect(found.slice(0, 2)).to.deep.equal([
        `${file}:2: policy feed: 2 rules ignored (rpz-nsip): lines 2, 6`,
        `${file}:5: policy feed: 1 rule ignored (duplicate)`,
      ]);
      expect(found.slice(2, 3)).to.deep.equal([`${file}:2: policy feed: no TTL: lines 2, 3, 5, …`]);
      expect(found[3]).to.match(/^site\.yaml:3: policy feed answers REFUSED/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
