import { expect } from 'chai';
import { ruleOf } from '../../../src/decision/rule-of.ts';
import { VerdictTable } from '../../../src/decision/verdict.ts';
import type { Override } from '../../../src/policy/rpz/rpz-image.ts';
import { attachRpz, readRpz } from '../../../src/policy/rpz/rpz-zone.ts';
import { letsPass, type NamePolicy } from '../../../src/policy/rules/name-policy.ts';
import { asked } from '../../world/asked.ts';
import { ascii, TYPE } from '../../world/messages.ts';

const OTHER = 'another action for the same owner';
const SOA = '@ 60 SOA ns.example. host.example. 7 1h 10m 1d 60';

const TRAITS = {
  name: 'feed',
  isShadow: false,
  ede: 'blocked',
  breakDnssec: false,
  recursiveOnly: true,
} as const;

/** A zone of these lines below its SOA; the first of them is line 3. */
function zone(lines: readonly string[], override: Override = 'given') {
  const text = ['$ORIGIN rpz.example.', SOA, ...lines, ''].join('\n');
  const image = readRpz(ascii(text), override, { file: 'feed.rpz' });
  const policy = attachRpz(TRAITS, image, new VerdictTable());
  const judged = (owner: string, type?: number) => judge(policy, owner, type);
  return { ...image, policy, judged };
}

/** What is done to a query for a name: the action, and the rule with its line. */
function judge(policy: NamePolicy, owner: string, type: number = TYPE.A): string {
  const query = asked(owner, { type });
  const answer = policy.judgeName(query, query);
  if (answer === undefined) return 'no rule';
  if (letsPass(answer)) return `passthru at ${query.match.line}`;
  const { id, file, line } = ruleOf(answer, query);
  return `${answer.action} by ${id} at ${file}:${line}`;
}

describe('policy/rpz/rpz-zone', () => {
  const rules: readonly (readonly [string, string, string])[] = [
    ['bad.example CNAME .', 'bad.example', 'nxdomain by feed/bad.example at feed.rpz:3'],
    ['BAD.Example cname .', 'bad.EXAMPLE', 'nxdomain by feed/bad.example at feed.rpz:3'],
    ['bad.example CNAME *.', 'bad.example', 'nodata by feed/bad.example at feed.rpz:3'],
    ['bad.example CNAME rpz-drop.', 'bad.example', 'drop by feed/bad.example at feed.rpz:3'],
    ['bad.example CNAME RPZ-Drop.', 'bad.example', 'drop by feed/bad.example at feed.rpz:3'],
    [
      'bad.example CNAME rpz-tcp-only.',
      'bad.example',
      'truncate by feed/bad.example at feed.rpz:3',
    ],
    ['bad.example CNAME rpz-passthru.', 'bad.example', 'passthru at 3'],
    ['bad.example CNAME bad.example.', 'bad.example', 'passthru at 3'],
    ['*.bad.example CNAME *.bad.example.', 'x.bad.example', 'passthru at 3'],
    ['bad.example CNAME rpz-drop', 'bad.example', 'answer by feed/bad.example at feed.rpz:3'],
    [
      'bad.example CNAME walled.example.',
      'bad.example',
      'answer by feed/bad.example at feed.rpz:3',
    ],
    ['bad.example A 192.0.2.1', 'bad.example', 'answer by feed/bad.example at feed.rpz:3'],
    ['*.bad.example CNAME .', 'a.b.bad.example', 'nxdomain by feed/*.bad.example at feed.rpz:3'],
    ['*.bad.example CNAME .', 'bad.example', 'no rule'],
    ['* CNAME .', 'bad.example', 'nxdomain by feed/* at feed.rpz:3'],
    ['a.*.example CNAME .', 'a.*.example', 'nxdomain by feed/a.*.example at feed.rpz:3'],
    ['a.*.example CNAME .', 'a.b.example', 'no rule'],
    ['bad.example CNAME .', 'rpz.example', 'no rule'],
    ['bad.example CNAME .', 'bad.example.rpz.example', 'no rule'],
  ];
  for (const [line, owner, expected] of rules) {
    it(`reads "${line}": ${owner} is ${expected}`, () => {
      expect(zone([line]).judged(owner)).to.equal(expected);
    });
  }

  const overrides: readonly (readonly [Override, string])[] = [
    ['refuse', 'refuse by feed/bad.example at feed.rpz:3'],
    ['nxdomain', 'nxdomain by feed/bad.example at feed.rpz:3'],
    ['nodata', 'nodata by feed/bad.example at feed.rpz:3'],
    ['drop', 'drop by feed/bad.example at feed.rpz:3'],
    ['truncate', 'truncate by feed/bad.example at feed.rpz:3'],
    ['passthru', 'passthru at 3'],
  ];
  for (const [override, expected] of overrides) {
    it(`does ${override} in place of every action that the zone gives`, () => {
      for (const data of ['CNAME .', 'CNAME rpz-passthru.', 'A 192.0.2.1']) {
        expect(zone([`bad.example ${data}`], override).judged('bad.example'), data).to.equal(
          expected,
        );
      }
    });
  }

  it('finds the exact name before a wildcard, and the longer wildcard before the shorter', () => {
    const { judged } = zone([
      '* CNAME *.',
      '*.b.c CNAME .',
      'a.b.c CNAME rpz-drop.',
      '*.c A 192.0.2.1',
    ]);
    expect(judged('a.b.c')).to.contain('drop by feed/a.b.c at');
    expect(judged('x.d.b.c')).to.contain('nxdomain by feed/*.b.c');
    expect(judged('x.a.b.c')).to.equal('no rule');
    expect(judged('d.c')).to.contain('answer by feed/*.c');
    expect(judged('d')).to.contain('nodata by feed/*');
  });

  it('reads the serial of its SOA, and its text into its digest', () => {
    const { serial, digest, rules: image } = zone(['bad.example CNAME .']);
    expect({ serial, names: image.names.count }).to.deep.equal({ serial: 7, names: 1 });
    expect(digest).to.match(/^[0-9a-f]{64}$/);
    expect(zone(['bad.example CNAME *.']).digest).not.to.equal(digest);
  });

  it('has serial 0 without an SOA, and the names as they stand', () => {
    const { serial, ignored } = readRpz(ascii('bad.example. 60 CNAME .\n'), 'given');
    expect({ serial, ignored: [...ignored] }).to.deep.equal({ serial: 0, ignored: [] });
  });

  const ignored: readonly (readonly [string, readonly string[], string])[] = [
    ['no length', ['a.0.0.0.10.rpz-client-ip CNAME .'], 'rpz-client-ip: no length of a prefix'],
    ['no address', ['32.1.2.0.RPZ-IP CNAME .'], 'rpz-ip: no address'],
    ['bits too many', ['24.1.2.0.192.rpz-ip CNAME .'], 'rpz-ip: bits behind the length'],
    ['addresses of name servers', ['32.1.2.0.192.rpz-nsip CNAME .'], 'rpz-nsip'],
    ['names of name servers', ['ns.bad.example.rpz-nsdname CNAME .'], 'rpz-nsdname'],
    ['names of another zone', ['bad.example.org. CNAME .'], 'out of zone'],
    ['names above the zone', ['example. CNAME .', 'com. CNAME .'], 'out of zone'],
    ['names whose end looks like the zone', ['bad.xrpz.example. CNAME .'], 'out of zone'],
    ['names whose label ends like it', ['bad.x\\003rpz\\007example. CNAME .'], 'out of zone'],
    ['records of another class', ['bad.example CH CNAME .'], 'class CH'],
    ['second rules for a name', ['bad.example CNAME .', 'bad.example CNAME .'], 'duplicate'],
    ['other actions', ['bad.example A 192.0.2.1', 'bad.example CNAME .'], OTHER],
    ['data beside an action', ['bad.example CNAME .', 'bad.example A 192.0.2.1'], OTHER],
    ['other special actions', ['bad.example CNAME .', 'bad.example CNAME *.'], OTHER],
    ['second aliases', ['bad.example CNAME a.', 'bad.example CNAME b.'], OTHER],
    ['an alias beside data', ['bad.example A 192.0.2.1', 'bad.example CNAME b.'], OTHER],
    ['an alias twice', ['bad.example CNAME a.', 'bad.example CNAME a.'], 'duplicate'],
    ['addresses twice', ['8.0.0.0.10.rpz-ip CNAME .', '8.0.0.0.10.rpz-ip CNAME .'], 'duplicate'],
    [
      'addresses with two actions',
      ['8.0.0.0.10.rpz-ip CNAME .', '8.0.0.0.10.rpz-ip A 1.2.3.4'],
      OTHER,
    ],
    ['delegations', ['bad.example NS ns.example.'], 'NS below the apex'],
  ];
  for (const [what, lines, kind] of ignored) {
    it(`counts ${what} as ignored: ${kind}`, () => {
      const { ignored: counts, problems } = zone(lines);
      const count = [OTHER, 'duplicate'].includes(kind) ? lines.length - 1 : lines.length;
      expect([...counts].map(([key, found]) => [key, found.count])).to.deep.equal([[kind, count]]);
      expect(counts.get(kind)!.first.at(-1)).to.deep.equal({
        file: 'feed.rpz',
        line: 2 + lines.length,
      });
      expect(problems).to.deep.equal([]);
    });
  }

  it('makes no rule of what it ignores', () => {
    const { judged, rules: image } = zone(['bad.example.org. CNAME .', 'ns.x.rpz-nsdname CNAME .']);
    expect(image.names.count).to.equal(0);
    expect(judged('bad')).to.equal('no rule');
    expect(judged('ns.x.rpz-nsdname')).to.equal('no rule');
  });

  it('lets the first rule for a name decide', () => {
    const { judged } = zone(['bad.example CNAME .', 'bad.example CNAME rpz-passthru.']);
    expect(judged('bad.example')).to.equal('nxdomain by feed/bad.example at feed.rpz:3');
  });

  it('passes over name servers of the zone, its SOA at the end, and signatures', () => {
    const lines = [
      '@ NS ns.example.',
      'bad.example CNAME .',
      'bad.example RRSIG CNAME 13 4 60 20261201000000 20261101000000 7 rpz.example. AAAA',
      'bad.example NSEC rpz.example. CNAME RRSIG NSEC',
      SOA,
    ];
    const { ignored: counts, rules: image, problems } = zone(lines);
    expect([...counts]).to.deep.equal([]);
    expect(problems).to.deep.equal([]);
    expect(image.names.count).to.equal(1);
  });

  it('keeps to the name of its first SOA', () => {
    const { judged } = zone(['bad.example SOA a. b. 1 1 1 1 1', 'worse.example CNAME .']);
    expect(judged('worse.example')).to.equal('nxdomain by feed/worse.example at feed.rpz:4');
    expect(judged('bad.example', TYPE.SOA)).to.contain('answer by feed/bad.example');
  });

  it('collects the records of one name, each with its TTL', () => {
    const { policy } = zone(['bad.example 20 A 192.0.2.1', 'bad.example 30 A 192.0.2.2']);
    const query = asked('bad.example');
    policy.judgeName(query, query);
    const records = policy.rules.recordsOf(query.match.entry);
    expect(records.map(({ type, ttl, rdata }) => [type, ttl, ...rdata])).to.deep.equal([
      [TYPE.A, 20, 192, 0, 2, 1],
      [TYPE.A, 30, 192, 0, 2, 2],
    ]);
  });

  it('shows the file and line of a rule that an included file has', () => {
    const texts: Readonly<Record<string, string>> = {
      'zones/main': `${SOA}\na CNAME .\n$INCLUDE part\nb CNAME *.`,
      'zones/part': '\nc CNAME .\n$GENERATE 1-2 d$ CNAME rpz-passthru.\n*.d CNAME rpz-drop.',
    };
    const readText = (file: string) => ascii(texts[file]!);
    const of = { file: 'zones/main', readText };
    const image = readRpz(readText('zones/main'), 'given', of);
    const policy = attachRpz(TRAITS, image, new VerdictTable());
    expect(['a', 'b', 'c', 'd1', 'x.d'].map((owner) => judge(policy, owner))).to.deep.equal([
      'nxdomain by feed/a at zones/main:2',
      'nodata by feed/b at zones/main:4',
      'nxdomain by feed/c at zones/part:2',
      'passthru at 3',
      'drop by feed/*.d at zones/part:4',
    ]);
    const other = readRpz(ascii(texts['zones/main']!), 'given', {
      ...of,
      readText: () => ascii(''),
    });
    expect(other.digest).not.to.equal(image.digest);
  });

  it('reports what it cannot read, with line and column, and reads on', () => {
    const { problems, judged } = zone(['bad.example A 192.0.2.256', 'worse.example CNAME .']);
    expect(problems.map(({ line, column }) => ({ line, column }))).to.deep.equal([
      { line: 3, column: 15 },
    ]);
    expect(judged('worse.example')).to.contain('nxdomain');
    expect(judged('bad.example')).to.equal('no rule');
  });

  it('keeps a hundred problems and counts the rest', () => {
    const { problems } = zone(Array.from({ length: 120 }, (_, i) => `n${i}.example A x`));
    expect(problems).to.have.length(101);
    expect(problems.at(-1)!.message).to.equal('20 more problems');
  });
});
