import { expect } from 'chai';
import { ruleOf } from '../../src/decision/rule-of.ts';
import { type Action, type Verdict, VerdictTable } from '../../src/decision/verdict.ts';
import { type Prefix, parsePrefix } from '../../src/net/prefix.ts';
import type { Layer } from '../../src/policy/layer.ts';
import { compilePolicies } from '../../src/policy/layers/policy.ts';
import { RouteTable } from '../../src/policy/route-table.ts';
import { NamePolicy } from '../../src/policy/rules/name-policy.ts';
import { PolicyChain } from '../../src/policy/rules/policy-chain.ts';
import { RuleTable } from '../../src/policy/rules/rule-table.ts';
import { judgeWithShadow, type View, ViewTable } from '../../src/policy/view.ts';
import { asked, from } from '../world/asked.ts';
import { name } from '../world/messages.ts';

const table = (...views: readonly (readonly string[])[]) =>
  new ViewTable(
    views.map((clients) => ({ clients: clients.map((text) => parsePrefix(text) as Prefix) })),
  );

describe('policy/view table', () => {
  const VIEWS = table(
    [],
    ['10.30.0.0/16', '2001:db8:30::/48'],
    ['10.30.7.0/24', '10.31.0.0/16'],
    ['10.0.0.0/8', '10.30.7.7'],
  );
  const clients: readonly (readonly [string, number])[] = [
    ['192.0.2.1', 0],
    ['2001:db8:31::1', 0],
    ['10.30.1.1', 1],
    ['2001:db8:30::1', 1],
    ['10.30.7.1', 2],
    ['10.31.255.255', 2],
    ['10.30.7.7', 3],
    ['10.99.0.1', 3],
  ];
  for (const [client, view] of clients) {
    it(`finds view ${view} for ${client}`, () => {
      expect(VIEWS.find(from(client))).to.equal(view);
    });
  }

  it('has one view for all when there is no other', () => {
    expect(table([]).find(from('10.0.0.1'))).to.equal(0);
  });
});

const verdicts = new VerdictTable();

function verdict(action: Action, isShadow: boolean, layer: 'acl' | 'policy' = 'acl'): Verdict {
  const rule = { id: 'feed/', file: 'feed.rpz', line: 0, implicit: false };
  return verdicts.add({ layer, action, rule, isShadow, named: layer === 'policy' });
}

const layer = (judged: Verdict | undefined, allowed?: Verdict): Layer => ({
  name: 'acl',
  judge: () => judged,
  allows: () => allowed,
});

function viewOf(layers: readonly Layer[], shadow: readonly Layer[], chain = new PolicyChain([])) {
  const [index, cache] = [0, 0];
  const routes = new RouteTable();
  const view: View = {
    ...{ name: 'default', index, cache, routes, policies: chain, layers, shadow },
    shadowPolicies: undefined,
  };
  return view;
}

function judged(view: View, query = asked('www.example')) {
  const told: Verdict[] = [];
  return { actual: judgeWithShadow(view, query, (would) => told.push(would)), told };
}

describe('policy/view shadow', () => {
  const refused = verdict('refuse', false);
  const isShadow = verdict('refuse', true);
  const allowed = verdict('forward', true);
  const cases: readonly (readonly [string, View, Verdict | undefined, readonly Verdict[]])[] = [
    [
      'a rule that would end the query',
      viewOf([layer(undefined)], [layer(isShadow)]),
      undefined,
      [isShadow],
    ],
    [
      'a rule that would end it otherwise',
      viewOf([layer(refused)], [layer(isShadow)]),
      refused,
      [isShadow],
    ],
    ['nothing of a rule that is enforced', viewOf([layer(refused)], [layer(refused)]), refused, []],
    [
      'a rule that would let it pass',
      viewOf([layer(refused)], [layer(undefined, allowed)]),
      refused,
      [allowed],
    ],
    [
      'nothing when it passes anyway',
      viewOf([layer(undefined)], [layer(undefined, allowed)]),
      undefined,
      [],
    ],
  ];
  for (const [what, view, actual, told] of cases) {
    it(`tells ${what}`, () => {
      expect(judged(view)).to.deep.equal({ actual, told });
    });
  }

  it('leaves the match of the verdict, when a rule of a policy would let the query pass', () => {
    const chainOf = (owner: string, wildcard: boolean, line: number, answer: Verdict) => {
      const rules = new RuleTable();
      rules.set(rules.entry(name(owner), wildcard), 0, line);
      return new PolicyChain([new NamePolicy({ name: 'feed', rules, answers: [answer] })]);
    };
    const actual = chainOf('example', true, 4, verdict('nxdomain', false, 'policy'));
    const shadow = chainOf('www.example', false, 9, verdict('forward', true, 'policy'));
    const view = viewOf(
      [compilePolicies({ policies: actual })],
      [compilePolicies({ policies: shadow })],
      actual,
    );
    const query = asked('www.example');
    const ids: string[] = [];
    const found = judgeWithShadow(view, query, (would) => ids.push(ruleOf(would, query).id));
    expect(ids).to.deep.equal(['feed/www.example']);
    expect(ruleOf(found!, query)).to.include({ id: 'feed/*.example', line: 4 });
  });
});
