import { expect } from 'chai';
import type { AccessEntry } from '../../../src/config/access-list.ts';
import { parseConfig } from '../../../src/config/config.ts';
import { builtIn, type Rule, VerdictTable } from '../../../src/decision/verdict.ts';
import { parseAddress } from '../../../src/net/address.ts';
import { Access } from '../../../src/policy/access/access.ts';
import { asked } from '../../world/asked.ts';

const CONFIG = `
clientGroups:
  office: [10.20.0.0/16, "2001:db8:20::/48"]
acl:
  query:
    10.0.0.0/8: refuse
    office: allow
    10.20.99.0/24: { action: drop, owner: netops, reason: NET-42 }
    10.20.99.5: allow
    "2001:db8::/32": truncate
    0.0.0.0/1: refuse
upstreams: { default: { servers: [192.0.2.1] } }
`;

const FORCE = { now: 0, withShadow: false };

function access(text = CONFIG) {
  const { query } = parseConfig('site.yaml', text).views[0].acl;
  const verdicts = new VerdictTable();
  const toVerdict = ({ action }: AccessEntry, rule: Rule) =>
    action === 'allow' ? undefined : verdicts.add({ layer: 'acl', action, rule });
  const nobody = verdicts.add({ layer: 'acl', action: 'refuse', rule: builtIn('nobody') });
  return new Access(query, FORCE, toVerdict, nobody);
}

const from = (client: string) => {
  const { family, words } = parseAddress(client)!;
  return asked('example', { address: [...words].slice(0, family === 4 ? 1 : 4) });
};

const shown = (rule: Rule | undefined) => rule && `${rule.id} at ${rule.file}:${rule.line}`;

describe('policy/access', () => {
  const clients: readonly (readonly [string, string])[] = [
    ['10.1.1.1', 'refuse by acl.query 10.0.0.0/8'],
    ['10.20.0.0', 'allow'],
    ['10.20.255.255', 'allow'],
    ['10.21.0.0', 'refuse by acl.query 10.0.0.0/8'],
    ['10.20.99.4', 'drop by acl.query 10.20.99.0/24'],
    ['10.20.99.5', 'allow'],
    ['127.0.0.1', 'refuse by acl.query 0.0.0.0/1'],
    ['128.0.0.0', 'refuse by nobody'],
    ['255.255.255.255', 'refuse by nobody'],
    ['2001:db8:20::1', 'allow'],
    ['2001:db8:21::', 'truncate by acl.query 2001:db8::/32'],
    ['2001:db9::', 'refuse by nobody'],
    ['::', 'refuse by nobody'],
  ];
  for (const [client, expected] of clients) {
    it(`finds for ${client}: ${expected}`, () => {
      const found = access().find(from(client));
      expect(found === undefined ? 'allow' : `${found.action} by ${found.rule.id}`).to.equal(
        expected,
      );
    });
  }

  const hints: readonly (readonly [string, string])[] = [
    ['10.20.99.4', 'nearest allow: 10.20.99.5/32 at site.yaml:9'],
    ['10.19.0.1', 'nearest allow: 10.20.0.0/16 at site.yaml:7'],
    ['2001:db8:21::1', 'nearest allow: 2001:db8:20::/48 at site.yaml:7'],
  ];
  for (const [client, hint] of hints) {
    it(`hints for ${client}: ${hint}`, () => {
      expect(access().hint(from(client))).to.equal(hint);
    });
  }

  it('says when nothing is about the client and nothing allows, at all or of its address family', () => {
    const only = (entry: string) =>
      access(`acl: { query: { ${entry} } }\nupstreams: { default: { servers: [192.0.2.1] } }`);
    expect(only('10.0.0.0/8: refuse').hint(from('11.1.1.1'))).to.equal(
      'acl.query allows no IPv4 client',
    );
    expect(only('10.0.0.0/8: refuse').hint(from('10.1.1.1'))).to.equal(undefined);
    expect(only('10.0.0.0/8: allow').hint(from('2001:db8::1'))).to.equal(
      'acl.query allows no IPv6 client',
    );
  });

  it('tells of the rule that decides, where it stands, and whose it is', () => {
    const { rule, nearest, why } = access().account(from('10.20.99.4'));
    expect(rule).to.deep.equal({
      id: 'acl.query 10.20.99.0/24',
      file: 'site.yaml',
      line: 8,
      implicit: false,
      owner: 'netops',
      reason: 'NET-42',
    });
    expect(shown(nearest)).to.equal('acl.query 10.20.99.5 at site.yaml:9');
    expect(why).to.equal('the most specific prefix is 10.20.99.0/24');
  });

  it('tells of no nearer rule for a client that is allowed', () => {
    const { rule, nearest } = access().account(from('10.20.1.1'));
    expect(shown(rule)).to.equal('acl.query office at site.yaml:7');
    expect(nearest).to.equal(undefined);
  });

  it('tells what comes nearest when no prefix matches', () => {
    const { rule, nearest, why } = access().account(from('128.0.0.1'));
    expect(rule).to.equal(undefined);
    expect(nearest?.id).to.match(/^acl\.query /);
    expect(why).to.equal('no prefix matches the client');
  });

  it('calls an entry that nobody wrote built-in', () => {
    const { rule } = access('upstreams: { default: { servers: [192.0.2.1] } }').account(
      from('::1'),
    );
    expect(shown(rule)).to.equal('acl.query loopback at <built-in>:0');
  });
});
