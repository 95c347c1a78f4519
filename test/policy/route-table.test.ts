import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import type { Problem } from '../../src/config/problem.ts';
import { VerdictTable } from '../../src/decision/verdict.ts';
import { compileUpstream } from '../../src/policy/layers/upstream.ts';
import { NO_ROUTE, RouteTable } from '../../src/policy/route-table.ts';
import { asked } from '../world/asked.ts';

function compile(routes: string) {
  const verdicts = new VerdictTable();
  const problems: Problem[] = [];
  const config = parseConfig(
    'site.yaml',
    `upstreams: { a: { servers: [192.0.2.1] }, b: { servers: [192.0.2.2] } }\nroutes: ${routes}`,
  );
  const upstream = compileUpstream(config.upstreams[0]!, verdicts);
  const table = new RouteTable();
  for (const route of config.views[0].routes) table.add(route, upstream, verdicts, problems);
  return { table, problems };
}

describe('policy/route-table', () => {
  const routes = '{ example.com: a, sub.EXAMPLE.com.: b, "a\\\\.b.example": a, ".": b }';
  const names: readonly (readonly [string, string, number])[] = [
    ['example.com', 'routes example.com', 0],
    ['www.example.com', 'routes example.com', 1],
    ['WWW.Example.COM', 'routes example.com', 1],
    ['sub.example.com', 'routes sub.EXAMPLE.com.', 0],
    ['a.b.sub.example.com', 'routes sub.EXAMPLE.com.', 2],
    ['notexample.com', 'routes .', 2],
    ['com', 'routes .', 1],
    ['.', 'routes .', 0],
  ];
  for (const [name, rule, depth] of names) {
    it(`sends ${name} by ${rule}`, () => {
      const { table, problems } = compile(routes);
      expect(problems).to.deep.equal([]);
      const query = asked(name);
      expect(table.depthOf(query)).to.equal(depth);
      expect(table.find(query)!.forwarded.rule.id).to.equal(rule);
    });
  }

  it('finds nothing for a name that no route covers', () => {
    const { table } = compile('{ example.com: a }');
    expect(table.depthOf(asked('example.org'))).to.equal(NO_ROUTE);
    expect(table.find(asked('.'))).to.equal(undefined);
  });

  it('names the group, and its place as that of the rule', () => {
    const { group, forwarded } = compile('{ example.com: b }').table.find(asked('example.com'))!;
    expect(group).to.equal('b');
    expect(forwarded).to.deep.include({ layer: 'upstream', action: 'forward' });
    expect(forwarded.rule).to.deep.include({ file: 'site.yaml', line: 2, implicit: false });
  });

  it('reports keys that are no names, and names that stand twice', () => {
    const { problems } = compile('{ a..b: a, example.com: a, Example.Com.: b }');
    expect(problems).to.deep.equal([
      {
        file: 'site.yaml',
        line: 2,
        column: 11,
        message: 'routes: "a..b" has an empty label; expect a domain name',
      },
      {
        file: 'site.yaml',
        line: 2,
        column: 36,
        message: 'routes names Example.Com. twice; expect it once',
      },
    ]);
  });
});
