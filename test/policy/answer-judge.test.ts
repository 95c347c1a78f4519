import { expect } from 'chai';
import type { Verdict } from '../../src/decision/verdict.ts';
import { AnswerJudge } from '../../src/policy/answer-judge.ts';
import { compilePolicies } from '../../src/policy/layers/policy.ts';
import { RouteTable } from '../../src/policy/route-table.ts';
import { PolicyChain } from '../../src/policy/rules/policy-chain.ts';
import type { View } from '../../src/policy/view.ts';
import { formatName } from '../../src/wire/name.ts';
import type { Query } from '../../src/wire/query.ts';
import { type AnsweredParts, answerTo, from } from '../world/asked.ts';
import { octets, withRoom } from '../world/messages.ts';
import { type PolicyLines, policyOf } from './chains.ts';

const NOW = 0;
const LINES: PolicyLines = {
  lines: [
    ['asked.example', 'nxdomain'],
    ['bad.example', 'nodata'],
    ['answer 192.0.2.0/24', 'drop'],
  ],
};
/** Verdicts of rules in shadow mode, since the last look. */
let shadowed: Verdict[] = [];
const JUDGE = new AnswerJudge((verdict) => shadowed.push(verdict));

/** A view with this policy; what is on shadow is asked in the trial alone. */
function viewOf(lines: PolicyLines): View {
  const chain = new PolicyChain([policyOf('p', lines)]);
  const none = new PolicyChain([]);
  const withShadow = lines.isShadow === true;
  return {
    ...{ name: 'default', index: 0, cache: 0, routes: new RouteTable() },
    policies: withShadow ? none : chain,
    layers: [compilePolicies({ policies: withShadow ? none : chain })],
    shadow: withShadow ? [compilePolicies({ policies: chain })] : undefined,
    shadowPolicies: withShadow ? chain : undefined,
  };
}

/** What becomes of a query with an answer, and what rules in shadow mode would do. */
function judge(view: View, name: string, parts: AnsweredParts & { readonly bare?: boolean }) {
  const query = from('10.0.0.1', { name });
  const whole = answerTo(query, parts);
  const message = parts.bare === true ? withoutQuestion(whole, query) : whole;
  const { length } = message;
  shadowed = [];
  const answer = {
    octets: withRoom(message, 512),
    length,
    hasAlias: parts.aliases !== undefined,
  };
  const verdict = JUDGE.judge(view, query, answer, NOW);
  const would = shadowed.map((one) => one.action);
  return { action: verdict?.action, aliases: JUDGE.aliases, would };
}

/** Its records have names of their own, which stand wherever they are. */
function withoutQuestion(message: Uint8Array, { questionEnd }: Query): Uint8Array {
  return octets(
    message.subarray(0, 4),
    [0, 0],
    message.subarray(6, 12),
    message.subarray(questionEnd),
  );
}

describe('policy/answer-judge', () => {
  const view = viewOf(LINES);
  const cases: readonly (readonly [string, string, AnsweredParts, string | undefined])[] = [
    ['the name asked', 'asked.example', { aliases: ['bad.example'] }, 'nxdomain'],
    ['a name behind aliases', 'x.example', { aliases: ['y.example', 'bad.example'] }, 'nodata'],
    ['an address', 'x.example', { addresses: ['203.0.113.1', '192.0.2.1'] }, 'drop'],
    [
      'a name before the addresses behind it',
      'x.example',
      { aliases: ['bad.example'], addresses: ['192.0.2.1'] },
      'nodata',
    ],
    ['nothing', 'x.example', { aliases: ['y.example'], addresses: ['203.0.113.1'] }, undefined],
  ];
  for (const [what, name, parts, action] of cases) {
    it(`judges by ${what}`, () => {
      expect(judge(view, name, parts).action).to.equal(action);
    });
  }

  it('knows the aliases up to the name that matched, and no more', () => {
    const aliases = ['y.example', 'bad.example', 'z.example'];
    const { aliases: way } = judge(view, 'x.example', { aliases, addresses: ['192.0.2.1'] });
    const whole = answerTo(from('10.0.0.1', { name: 'x.example' }), {
      aliases: aliases.slice(0, 2),
    });
    expect(way).to.include({ answers: 2, length: whole.length });
    expect(formatName(way!.octets, way!.nameAt)).to.equal('bad.example.');
  });

  it('has no aliases for the name asked, nor for an error without its question', () => {
    const aliases = ['bad.example'];
    expect(judge(view, 'asked.example', { aliases }).aliases).to.equal(undefined);
    const bare = judge(view, 'x.example', { aliases, bare: true });
    expect(bare).to.include({ action: 'nodata', aliases: undefined });
  });

  it('tells what rules in shadow mode would do, and does nothing', () => {
    const shadow = viewOf({ ...LINES, isShadow: true });
    const told = (parts: AnsweredParts, name = 'x.example') => {
      const { action, would } = judge(shadow, name, parts);
      expect(action).to.equal(undefined);
      return would;
    };
    expect(told({ aliases: ['bad.example'] })).to.deep.equal(['nodata']);
    expect(told({ addresses: ['192.0.2.1'] })).to.deep.equal(['drop']);
    expect(told({ addresses: ['203.0.113.1'] })).to.deep.equal([]);
    // That was told when the query came.
    expect(told({ addresses: ['192.0.2.1'] }, 'asked.example')).to.deep.equal([]);
  });

  it('settles by the question alone what no answer comes to', () => {
    const query = (name: string) => from('10.0.0.1', { name });
    expect(JUDGE.settle(view, query('asked.example'), NOW)?.action).to.equal('nxdomain');
    expect(JUDGE.settle(view, query('x.example'), NOW)).to.equal(undefined);
    const names = viewOf({ lines: [['asked.example', 'nxdomain']] });
    // Nothing had to be waited for, so that it has been decided long since.
    expect(JUDGE.settle(names, query('asked.example'), NOW)).to.equal(undefined);
  });
});
