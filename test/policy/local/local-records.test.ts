import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { parseConfig } from '../../../src/config/config.ts';
import { ConfigError } from '../../../src/config/problem.ts';
import { findChanges } from '../../../src/diff/changes.ts';
import { parseAddress } from '../../../src/net/address.ts';
import { compilePolicy, type Policy } from '../../../src/policy/compile.ts';
import { judge } from '../../../src/policy/layer.ts';
import { reverseName } from '../../../src/policy/local/reverse-name.ts';
import { findWarnings } from '../../../src/policy/warnings.ts';
import { formatName } from '../../../src/wire/name.ts';
import { formatType, parseType } from '../../../src/wire/registry.ts';
import { asked } from '../../world/asked.ts';

const UPSTREAMS = 'upstreams: { default: { servers: [192.0.2.53] } }\nlocalRecords:\n';

function compile(text: string, file = 'site.yaml'): Policy {
  return compilePolicy(parseConfig(file, UPSTREAMS + text), '0.1.0', { now: 0 });
}

function problems(text: string): readonly string[] {
  try {
    compile(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
}

/** The records of a name, `TYPE HEX`; undefined for one that is not listed. */
function recordsOf({ views: [view] }: Policy, name: string): readonly string[] | undefined {
  const query = asked(name, { type: 1, address: [0x7f000001] });
  const verdict = judge(view!.layers, query);
  if (verdict?.layer !== 'local') return undefined;
  const records = verdict.recordsOf!(query.match.entry);
  return records.map(
    ({ type, rdata }) => `${formatType(type)} ${Buffer.from(rdata).toString('hex')}`,
  );
}

describe('policy/local/local-records', () => {
  const wrong: readonly (readonly [string, string, string])[] = [
    [
      'a wildcard',
      '  "*.lan": 10.0.0.5',
      '3:3: "*.lan" is a wildcard; expect a name here, and a wildcard in the rules of a policy',
    ],
    ['what is no name', '  a..lan: 10.0.0.5', '3:3: "a..lan" has an empty label; expect a name'],
    [
      'one name in two cases',
      '  a.lan: 10.0.0.5\n  A.LAN.: 10.0.0.6',
      '4:3: "A.LAN." has records at line 3 already; expect one entry',
    ],
    [
      'a type that is none',
      '  a.lan: { AX: 10.0.0.5 }',
      '3:12: "AX" is not a type; expect one like A or TYPE65280',
    ],
    [
      'a type for questions',
      '  a.lan: { AXFR: x }',
      '3:18: "AXFR" is a type for queries; expect one that a zone can hold',
    ],
    [
      'data that is none',
      '  a.lan: { A: fd00::1 }',
      '3:15: "fd00::1" does not fit in "A address"; expect an IPv4 address',
    ],
    [
      'an alias beside records',
      '  a.lan: { CNAME: b.lan, TXT: x }',
      '3:3: "a.lan" has a CNAME and more records; expect a CNAME alone',
    ],
    [
      'two aliases',
      '  a.lan: { CNAME: [b.lan, c.lan] }',
      '3:3: "a.lan" has a CNAME and more records; expect a CNAME alone',
    ],
    [
      'an alias of a wildcard',
      '  a.lan: { CNAME: "*.b.lan" }',
      '3:19: "*.b.lan" is a wildcard; expect the name of a host',
    ],
    [
      'an alias of itself',
      '  a.lan: { CNAME: A.lan }',
      '3:3: "a.lan" leads back to itself; expect an alias of another name',
    ],
  ];
  for (const [what, text, says] of wrong) {
    it(`does not take ${what}`, () => {
      expect(problems(text)).to.deep.equal([`site.yaml:${says}`]);
    });
  }

  it('names every alias that leads round in a circle, or into one', () => {
    const text = '  a.lan: { CNAME: b.lan }\n  b.lan: { CNAME: c.lan }\n  c.lan: { CNAME: b.lan }';
    expect(problems(text)).to.deep.equal(
      ['a', 'b', 'c'].map(
        (name, i) =>
          `site.yaml:${3 + i}:3: "${name}.lan" leads back to itself; expect an alias of another name`,
      ),
    );
  });

  it('does not start without a file that it names', () => {
    expect(problems('  files: [no.hosts]')).to.deep.equal([
      "site.yaml:3:11: no.hosts cannot be read: ENOENT: no such file or directory, stat 'no.hosts'; expect a file like /etc/hosts",
    ]);
  });

  it('takes every type that zone files have, by form or as octets', () => {
    const policy = compile(
      '  a.lan: { SRV: 0 0 25 a, CAA: 0 issue "x", TYPE65280: "\\\\# 1 ff", SSHFP: 1 1 aa }',
    );
    expect(recordsOf(policy, 'a.lan')).to.deep.equal([
      'SRV 000000000019016100',
      'CAA 0005697373756578',
      'TYPE65280 ff',
      'SSHFP 0101aa',
    ]);
    expect(parseType('SRV')).to.equal(33);
  });

  it('has one name for an address: the first, or the one that is listed for it', () => {
    const policy = compile(
      '  a.lan: 10.0.0.5\n  b.lan: 10.0.0.5\n  c.lan: 10.0.0.6\n  6.0.0.10.in-addr.arpa: { PTR: own.lan }',
    );
    expect(recordsOf(policy, '5.0.0.10.in-addr.arpa')).to.deep.equal(['PTR 0161036c616e00']);
    expect(recordsOf(policy, '6.0.0.10.in-addr.arpa')).to.deep.equal(['PTR 036f776e036c616e00']);
  });

  it('reverses addresses as the RFCs have it', () => {
    const name = (text: string) => formatName(reverseName(parseAddress(text)!));
    expect(name('192.0.2.5')).to.equal('5.2.0.192.in-addr.arpa.');
    // RFC 3596 section 2.5.
    expect(name('4321:0:1:2:3:4:567:89ab')).to.equal(
      'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa.',
    );
    fc.assert(
      fc.property(fc.ipV4(), (text) => {
        expect(name(text)).to.equal(`${text.split('.').reverse().join('.')}.in-addr.arpa.`);
      }),
      { numRuns: 50 },
    );
  });

  it('differs by what a configuration and its files say: policy hash, diff, warnings', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    try {
      const site = join(folder, 'site.yaml');
      const file = join(folder, 'lan.hosts');
      const compiled = (hosts: string, text = '  files: [lan.hosts]') => {
        writeFileSync(file, hosts);
        return compile(text, site);
      };
      const [none, one, other] = ['', '10.0.0.5 a.lan\n', '10.0.0.6 a.lan\nx\n'].map((text) =>
        compiled(text),
      );
      expect(new Set([none!.hash, one!.hash, other!.hash]).size).to.equal(3);
      const named = (before: Policy, after: Policy) =>
        findChanges(before, after)
          .filter(({ old, new: now }) => old.layer === 'local' || now.layer === 'local')
          .flatMap(({ names }) => names);
      expect(named(one!, one!)).to.deep.equal([]);
      expect(named(none!, one!)).to.include.members(['a.lan.', '5.0.0.10.in-addr.arpa.']);
      expect(named(one!, other!)).to.include('a.lan.');
      expect(findWarnings(one!)).to.deep.equal([]);
      expect(findWarnings(other!)).to.deep.equal([
        `${file}:2: localRecords: 1 line ignored (no address at the start)`,
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
