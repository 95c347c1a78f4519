import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { parseAssertions } from '../../src/explain/assertion-file.ts';
import { findFailures, toProblem } from '../../src/explain/assertions.ts';
import { compilePolicy } from '../../src/policy/compile.ts';

const CONFIG = `
clientGroups: { office: [10.20.0.0/16] }
acl:
  query:
    office: allow
    10.20.99.0/24: refuse
    10.22.0.0/16: drop
views: { guests: { clients: [10.30.0.0/16], acl: { query: { 10.30.0.0/16: allow } }, routes: { ".": corp } } }
policies: [{ name: house, rules: { bad.example: refuse } }]
upstreams: { default: { servers: [192.0.2.1] }, corp: { servers: [192.0.2.2] } }
routes: { ".": default, corp.example: corp }
`;

const policy = compilePolicy(parseConfig('site.yaml', CONFIG), '1.2.3');

function failuresOf(client: string, query: string, expected: string) {
  const text = `- { client: ${client}, query: ${query}, expect: { ${expected} } }`;
  return findFailures(policy, parseAssertions('a.yaml', text, {}), 0);
}

describe('assertions', () => {
  const office = '10.20.0.9';
  const lab = '10.20.99.7';
  const cases = [
    { client: office, query: 'www.example', holds: 'action: forward, upstream: default' },
    { client: office, query: 'a.corp.example', holds: 'upstream: corp, rule: routes corp.example' },
    {
      client: office,
      query: 'www.example',
      holds: 'event: answered, group: office, view: default',
    },
    { client: office, query: 'www.example', holds: 'ede: none' },
    { client: office, query: 'bad.example', holds: 'rcode: REFUSED, layer: policy, ede: 15' },
    { client: office, query: 'bad.example', holds: 'rule: house/bad.example, upstream: none' },
    { client: lab, query: 'www.example', holds: 'event: refused, action: refuse, layer: acl' },
    { client: '192.0.2.1', query: 'www.example', holds: 'group: none, rule: built-in default' },
    { client: '10.30.0.1', query: 'www.example', holds: 'view: guests, upstream: corp' },
    { client: '10.22.0.1', query: 'www.example', holds: 'rcode: none, action: drop' },
  ];
  for (const { client, query, holds } of cases) {
    it(`holds for ${query} from ${client}: ${holds}`, () => {
      expect(failuresOf(client, query, holds)).to.deep.equal([]);
    });
  }

  const broken = [
    { expected: 'action: forward', actual: { action: 'refuse' } },
    { expected: 'layer: policy, rcode: REFUSED', actual: { layer: 'acl' } },
    { expected: 'upstream: default, ede: 15', actual: { upstream: 'none', ede: '18' } },
    { expected: 'group: vpn', actual: { group: 'office' } },
    { expected: 'rule: acl.query 10.20.0.0/16', actual: { rule: 'acl.query 10.20.99.0/24' } },
    { expected: 'view: guests', actual: { view: 'default' } },
    { expected: 'event: blocked', actual: { event: 'refused' } },
  ];
  for (const { expected, actual } of broken) {
    it(`does not hold for a client that is refused: ${expected}`, () => {
      const [failure] = failuresOf(lab, 'www.example', expected);
      const { mismatches, layer, rule } = failure!;
      expect(Object.fromEntries(mismatches.map((one) => [one.key, one.actual]))).to.deep.equal(
        actual,
      );
      expect({ layer, rule: `${rule.id} ${rule.file}:${rule.line}` }).to.deep.equal({
        layer: 'acl',
        rule: 'acl.query 10.20.99.0/24 site.yaml:6',
      });
    });
  }

  it('tells a failure in a sentence at the place of what is expected', () => {
    const [failure] = failuresOf(lab, 'www.example', 'action: forward, upstream: corp');
    expect(formatProblem(toProblem(failure!))).to.equal(
      'a.yaml:1:63: assertion failed: www.example from 10.20.99.7: action is refuse, upstream is none (acl.query 10.20.99.0/24 at site.yaml:6); expect action forward, upstream corp',
    );
  });
});
