import { expect } from 'chai';
import { parseConfig } from '../../../src/config/config.ts';
import { formatProblem, type Problem } from '../../../src/config/problem.ts';
import { type Verdict, VerdictTable } from '../../../src/decision/verdict.ts';
import { compileInlineRules } from '../../../src/policy/rules/inline-rules.ts';
import { letsPass, type NamePolicy } from '../../../src/policy/rules/name-policy.ts';
import type { Query } from '../../../src/wire/query.ts';
import { asked } from '../../world/asked.ts';
import { name, octets, TYPE } from '../../world/messages.ts';

const FORCE = { now: 0, withShadow: false };

/** A policy of these lines; the first of them is line 5. */
function compile(...lines: readonly string[]) {
  const text = [
    'upstreams: { default: { servers: [192.0.2.1] } }',
    'policies:',
    '  - name: house',
    '    rules:',
    ...lines.map((line) => `      ${line}`),
  ].join('\n');
  const [policy] = parseConfig('site.yaml', text).policies;
  const verdicts = new VerdictTable();
  const problems: Problem[] = [];
  const compiled = compileInlineRules(
    { name: 'house', lines: policy!.value.rules!, isShadow: false, ede: 'blocked' },
    FORCE,
    verdicts,
    problems,
  );
  return { compiled, problems: problems.map(formatProblem) };
}

function judged(policy: NamePolicy, query: Query) {
  return policy.judgeName(query, query);
}

function verdict(line: string, owner: string, type: number = TYPE.A): Verdict {
  const { compiled, problems } = compile(line);
  expect(problems).to.deep.equal([]);
  return judged(compiled, asked(owner, { type }))!;
}

describe('policy/inline-rules', () => {
  const actions = ['refuse', 'nxdomain', 'nodata', 'drop', 'truncate'];
  for (const action of actions) {
    it(`does ${action}, in the short form and the long`, () => {
      for (const line of [`a.example: ${action}`, `a.example: { action: ${action} }`]) {
        const { rule, ...made } = verdict(line, 'a.example');
        expect(made).to.deep.include({ layer: 'policy', action, ede: 15, policy: 'house' });
        expect(rule).to.deep.equal({
          id: 'house/a.example',
          file: 'site.yaml',
          line: 5,
          implicit: false,
        });
      }
    });
  }

  it('lets a query pass', () => {
    expect(letsPass(verdict('a.example: allow', 'a.example'))).to.equal(true);
  });

  it('says whose rule it is, and why it exists', () => {
    const line = 'a.example: { action: refuse, owner: secops, reason: SEC-7 }';
    const { owner, reason } = verdict(line, 'a.example').rule;
    expect({ owner, reason }).to.deep.equal({ owner: 'secops', reason: 'SEC-7' });
  });

  it('names a rule as it is written, without a final dot', () => {
    expect(verdict('A.Example.: refuse', 'a.example').rule.id).to.equal('house/A.Example');
    expect(verdict('"*.Example": refuse', 'a.example').rule.id).to.equal('house/*.Example');
    expect(verdict('"*": refuse', 'a.example').rule.id).to.equal('house/*');
    expect(verdict('".": refuse', '.').rule.id).to.equal('house/.');
  });

  it('answers with records, for 30 seconds when they say no time', () => {
    const line = 'a.example: { answer: [192.0.2.7, "300 TXT hi", "CNAME b.example."] }';
    const { compiled } = compile(line);
    const query = asked('a.example');
    const answer = judged(compiled, query)!;
    expect(answer.action).to.equal('answer');
    expect(answer.recordsOf!(query.match.entry)).to.deep.equal([
      { type: TYPE.A, ttl: 30, rdata: Uint8Array.of(192, 0, 2, 7) },
      { type: TYPE.TXT, ttl: 300, rdata: octets([2], Buffer.from('hi')) },
      { type: TYPE.CNAME, ttl: 30, rdata: name('b.example') },
    ]);
  });

  it('judges only the types that it names', () => {
    const line = 'a.example: { action: refuse, types: [AAAA, TYPE15] }';
    const { compiled } = compile(line);
    const judges = (type: number) => judged(compiled, asked('a.example', { type })) !== undefined;
    expect([TYPE.A, TYPE.AAAA, TYPE.MX].map(judges)).to.deep.equal([false, true, true]);
  });

  const wrong: readonly (readonly [string, readonly string[], string])[] = [
    [
      'a key that is no name',
      ['a..example: refuse'],
      '5:7: "a..example" has an empty label; expect a name or a wildcard',
    ],
    [
      'a wildcard of what is no name',
      [`"*.${'a'.repeat(64)}": refuse`],
      `5:7: "*.${'a'.repeat(64)}" has a label of more than 63 octets; expect a name or a wildcard`,
    ],
    [
      'two rules for a name',
      ['a.example: refuse', 'A.example.: nodata'],
      '6:7: "A.example." has a rule at line 5 already; expect one',
    ],
    [
      'a rule without an action',
      ['a.example: { owner: me }'],
      '5:7: "a.example": expect either an action or an answer',
    ],
    [
      'a rule with an action and an answer',
      ['a.example: { action: refuse, answer: [192.0.2.1] }'],
      '5:7: "a.example": expect either an action or an answer',
    ],
    [
      'a type that is none',
      ['a.example: { action: refuse, types: [A, AAA] }'],
      '5:47: "AAA" is not a type; expect one like A or TYPE65',
    ],
  ];
  for (const [what, lines, expected] of wrong) {
    it(`reports ${what}, with its place`, () => {
      expect(compile(...lines).problems).to.deep.equal([`site.yaml:${expected}`]);
    });
  }

  it('reports each answer that is no record, with its place', () => {
    const { problems } = compile('a.example:', '  answer:', '    - A 192.0.2.256', '    - ";"');
    expect(problems).to.have.length(2);
    expect(problems[0]).to.match(/^site\.yaml:7:13: .*192\.0\.2\.256.*; expect /);
    expect(problems[1]).to.match(/^site\.yaml:8:13: .*; expect /);
  });

  it('has room for 65535 rules', () => {
    const lines = Array.from({ length: 65_536 }, (_, i) => ({
      key: `n${i}`,
      place: { file: 'site.yaml', line: i + 1, column: 7 },
      value: 'allow' as const,
    }));
    const problems: Problem[] = [];
    const { rules } = compileInlineRules(
      { name: 'house', lines, isShadow: false, ede: 'blocked' },
      FORCE,
      new VerdictTable(),
      problems,
    );
    expect(rules.count).to.equal(65_535);
    expect(problems.map(formatProblem)).to.deep.equal([
      'site.yaml:65536:7: more than 65535 rules; expect so many in an rpz file',
    ]);
  });

  it('takes a name and its wildcard for two rules', () => {
    const { compiled, problems } = compile('a.example: refuse', '"*.a.example": nodata');
    expect(problems).to.deep.equal([]);
    expect(compiled.rules.count).to.equal(2);
  });
});
