import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { asEnforced, hasShadow } from '../../src/diff/as-enforced.ts';
import { findChanges } from '../../src/diff/changes.ts';
import { compilePolicy, type Policy } from '../../src/policy/compile.ts';

function compile(lines: string): Policy {
  const upstreams = 'upstreams: { default: { servers: [192.0.2.1] } }\n';
  return compilePolicy(parseConfig('site.yaml', upstreams + lines), 'test', { now: 0 });
}

const OPEN = 'acl: { query: { 10.0.0.0/8: allow } }\n';

/** The same rule in both modes, in each place where a rule has a mode. */
const RULES: readonly (readonly [string, (mode: string) => string])[] = [
  [
    'a name in a policy',
    (mode) =>
      `${OPEN}policies: [{ name: x, rules: { bad.example: { action: refuse, mode: ${mode} } } }]`,
  ],
  [
    'a policy as a whole',
    (mode) => `${OPEN}policies: [{ name: x, mode: ${mode}, rules: { bad.example: nxdomain } }]`,
  ],
  [
    'a prefix in an access list',
    (mode) =>
      `acl: { query: { 10.0.0.0/8: allow, 10.1.0.0/16: { action: refuse, mode: ${mode} } } }`,
  ],
  [
    'a prefix that would be let in',
    (mode) =>
      `acl: { query: { 10.0.0.0/8: allow, 192.0.2.0/24: { action: allow, mode: ${mode} } } }`,
  ],
];

describe('diff/as-enforced', () => {
  for (const [what, rules] of RULES) {
    it(`decides by ${what} in shadow mode as by one in force`, () => {
      const shadow = compile(rules('shadow'));
      const enforced = compile(rules('enforce'));
      expect(hasShadow(shadow)).to.equal(true);
      expect(hasShadow(enforced)).to.equal(false);
      expect(findChanges(asEnforced(shadow), enforced)).to.deep.equal([]);
      expect(findChanges(shadow, enforced)).not.to.deep.equal([]);
    });
  }
});
