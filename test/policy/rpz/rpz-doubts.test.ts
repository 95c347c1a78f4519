import { expect } from 'chai';
import { ruleOf } from '../../../src/decision/rule-of.ts';
import { VerdictTable } from '../../../src/decision/verdict.ts';
import type { Override } from '../../../src/policy/rpz/rpz-image.ts';
import { attachRpz, readRpz } from '../../../src/policy/rpz/rpz-zone.ts';
import { letsPass, type NamePolicy } from '../../../src/policy/rules/name-policy.ts';
import { asked } from '../../world/asked.ts';
import { ascii, TYPE } from '../../world/messages.ts';

const SOA = '@ 60 SOA ns.example. host.example. 7 1h 10m 1d 60';

const TRAITS = {
  name: 'feed',
  isShadow: false,
  ede: 'blocked',
  breakDnssec: false,
  recursiveOnly: true,
} as const;

/** A zone of these lines below its SOA; the first of them is line 4. */
function zone(lines: readonly string[], override: Override = 'given') {
  const text = ['$ORIGIN rpz.example.\n$TTL 60', SOA, ...lines, ''].join('\n');
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

const withoutLine = (text: string) => text.replace(/\d+$/, '');

describe('policy/rpz/rpz-zone as a zone', () => {
  const hidden: readonly (readonly [string, string])[] = [
    ['w', 'no rule'],
    ['q.w', '*.w'],
    ['q.q.w', '*.w'],
    ['x.w', 'no rule'],
    ['q.x.w', 'no rule'],
    ['b.x.w', 'no rule'],
    ['q.b.x.w', 'no rule'],
    ['a.b.x.w', 'a.b.x.w'],
    ['q.a.b.x.w', 'no rule'],
    ['y.w', 'no rule'],
    ['q.y.w', '*.y.w'],
    ['v.w', 'v.w'],
    ['q.v.w', 'no rule'],
    ['q', 'no rule'],
  ];
  for (const [name, rule] of hidden) {
    it(`reads wildcards as a zone does (RFC 4592): ${name} has ${rule}`, () => {
      const lines = ['*.w', 'a.b.x.w', '*.y.w', 'v.w'].map((owner) => `${owner} CNAME .`);
      const { judged, rules } = zone(lines);
      expect(judged(name)).to.match(
        rule === 'no rule' ? /^no rule$/ : new RegExp(`feed/${rule.replace('*', '\\*')} at`),
      );
      const other = zone([...lines].reverse());
      expect(withoutLine(other.judged(name))).to.equal(withoutLine(judged(name)));
      expect(rules.names.count).to.be.above(4);
    });
  }

  it('says why a wildcard is hidden', () => {
    const { policy } = zone(['*.w CNAME .', 'a.b.x.w CNAME rpz-passthru.']);
    const why = (name: string) => policy.findNear(asked(name))?.why;
    expect(why('q.x.w')).to.equal('does not reach below a name that its zone has');
    expect(why('w')).to.equal('is for the names below it, not for itself');
  });

  it('counts rules, and not the names that only hide wildcards', () => {
    const { policy } = zone(['*.w CNAME .', 'a.b.x.w CNAME .']);
    expect(policy.count).to.equal(2);
  });
});

describe('policy/rpz/rpz-zone doubts', () => {
  const doubts: readonly (readonly [string, string])[] = [
    ['mid.*.no.zz CNAME .', 'an asterisk that is no wildcard'],
    ['*.*.zz CNAME .', 'an asterisk that is no wildcard'],
    ['a CNAME rpz-nxdomain.', 'an unknown rpz- word, taken for a name'],
    ['a CNAME x.rpz-nxdomain.', 'an unknown rpz- word, taken for a name'],
    ['a CNAME rpz-passthru', 'an unknown rpz- word, taken for a name'],
    ['32.1.2.0.192.rpz-iip CNAME .', 'an unknown rpz- trigger, taken for a name'],
  ];
  for (const [line, kind] of doubts) {
    it(`doubts that "${line}" is meant, and has it in force`, () => {
      const { doubts: found, policy } = zone([line]);
      expect([...found]).to.deep.equal([
        [kind, { count: 1, first: [{ file: 'feed.rpz', line: 4 }] }],
      ]);
      expect(policy.count).to.equal(1);
    });
  }

  const sound = [
    '*.no.zz CNAME .',
    'a CNAME rpz.',
    'a CNAME rpzx.',
    'a CNAME my-rpz-a.',
    'a CNAME .',
  ];
  for (const line of sound) {
    it(`does not doubt "${line}"`, () => {
      expect([...zone([line]).doubts]).to.deep.equal([]);
    });
  }

  it('doubts a zone without an SOA and records without a TTL', () => {
    const read = (text: string) => [...readRpz(ascii(text), 'given').doubts.entries()];
    const at = (line: number) => ({ file: '<text>', line });
    expect(read('\nbad.example. 60 CNAME .\nworse.example. 60 CNAME .\n')).to.deep.equal([
      ['no SOA', { count: 1, first: [at(2)] }],
    ]);
    expect(read('@ SOA a. b. 1 1 1 1 1\na CNAME .\nb 5 CNAME .\n')).to.deep.equal([
      ['no TTL', { count: 2, first: [at(1), at(2)] }],
    ]);
    expect(read('$TTL 5\n@ SOA a. b. 1 1 1 1 1\na CNAME .\n')).to.deep.equal([]);
    expect(read('')).to.deep.equal([]);
  });
});
