import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import type { Problem } from '../../src/config/problem.ts';
import { VerdictTable } from '../../src/decision/verdict.ts';
import { compileUpstream } from '../../src/policy/layers/upstream.ts';
import { NO_ROUTE, RouteTable } from '../../src/policy/route-table.ts';
import { asked } from '../world/asked.ts';
import { TYPE } from '../world/messages.ts';

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

  /** `depth` is where the route begins. */
  const owners: readonly (readonly [string, string, string, number])[] = [
    ['DS of a route', 'example.com', 'routes .', 2],
    ['DS of a route below a route', 'sub.example.com', 'routes example.com', 1],
    ['DS below a route', 'www.example.com', 'routes example.com', 1],
    ['DS beside a route', 'example.net', 'routes .', 2],
    ['DS of the root, which has no parent', '.', 'routes .', 0],
  ];
  for (const [what, name, rule, depth] of owners) {
    it(`sends the ${what} by ${rule}`, () => {
      const { table } = compile(routes);
      const query = asked(name, { type: TYPE.DS });
      expect(table.depthOf(query)).to.equal(depth);
      expect(table.find(query)!.forwarded.rule.id).to.equal(rule);
      expect(table.depthOf(asked(name, { type: TYPE.DS, opcode: 5 })), 'UPDATE').to.equal(
        table.depthOf(asked(name)),
      );
    });
  }

  it('sends the DS of a route by itself where no route leads to its parent', () => {
    const { table } = compile('{ example.com: a }');
    expect(table.find(asked('example.com', { type: TYPE.DS }))!.group).to.equal('a');
    expect(table.find(asked('com', { type: TYPE.DS }))).to.equal(undefined);
  });

  it('knows which names exist by a route at them or below', () => {
    const { table } = compile('{ a.b.example: a }');
    const names = ['a.b.example', 'B.example', 'example', '.', 'x.a.b.example', 'c.example'];
    expect(names.filter((name) => table.hasAtOrBelow(asked(name)))).to.deep.equal(
      names.slice(0, 4),
    );
    expect(names.filter((name) => table.has(asked(name)))).to.deep.equal(['a.b.example']);
  });

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
