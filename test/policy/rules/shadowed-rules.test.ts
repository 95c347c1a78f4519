import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../../../src/config/config.ts';
import { compilePolicy } from '../../../src/policy/compile.ts';
import { shadowedRules } from '../../../src/policy/rules/shadowed-rules.ts';

/** What is said of the rules of the second policy, behind those of the first. */
function said(first: string, second: string, views = ''): readonly string[] {
  const text = `upstreams: { default: { servers: [192.0.2.1] } }
policies:
  - { name: first, rules: { ${first} } }
  - { name: second, rules: { ${second} } }
${views}`;
  return shadowedRules(compilePolicy(parseConfig('site.yaml', text), '0.1.0'));
}

const BEFORE = 'site.yaml:4: second/';

describe('policy/shadowed-rules', () => {
  const cases: readonly (readonly [string, string, string, string | undefined])[] = [
    ['the same name', 'a.example: refuse', 'a.example: nxdomain', 'a.example'],
    ['a wildcard before a name', '"*.example": refuse', 'a.example: nxdomain', 'a.example'],
    ['a wildcard before a wildcard', '"*.example": refuse', '"*.a.example": nodata', '*.a.example'],
    ['the same wildcard', '"*.example": refuse', '"*.example": nodata', '*.example'],
    ['a rule that lets pass', 'a.example: allow', 'a.example: nxdomain', 'a.example'],
    ['a name before its wildcard', 'a.example: refuse', '"*.a.example": nodata', undefined],
    ['a name before a wider wildcard', 'a.example: refuse', '"*.example": nodata', undefined],
    ['another name', 'a.example: refuse', 'b.example: nodata', undefined],
    [
      'a rule for some types',
      'a.example: { action: refuse, types: [A] }',
      'a.example: nodata',
      undefined,
    ],
    [
      'a rule on trial',
      'a.example: { action: refuse, mode: shadow }',
      'a.example: drop',
      undefined,
    ],
    [
      'before a rule on trial',
      'a.example: refuse',
      'a.example: { action: drop, mode: shadow }',
      undefined,
    ],
  ];
  for (const [when, first, second, key] of cases) {
    it(`${key === undefined ? 'says nothing of' : 'warns of'} ${when}`, () => {
      const found = said(first, second);
      if (key === undefined) return expect(found).to.deep.equal([]) && undefined;
      expect(found).to.have.lengthOf(1);
      expect(found[0]).to.match(/^site\.yaml:4: second\/\S+ never decides: first.* site\.yaml:3/);
      expect(found[0]!.startsWith(`${BEFORE}${key} `)).to.equal(true);
    });
  }

  it('says nothing of rules with options in a list before it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    const rows = [
      ['||a.example^', 1],
      ['||a.example^$dnstype=MX', 0],
      ['/^a/', 0],
    ] as const;
    for (const [rule, expected] of rows) {
      writeFileSync(join(folder, 'ads.txt'), rule);
      const text = `upstreams: { default: { servers: [192.0.2.1] } }
policies:
  - { name: ads, adblock: ${folder}/ads.txt }
  - { name: house, rules: { a.example: nxdomain } }
`;
      const found = shadowedRules(compilePolicy(parseConfig('site.yaml', text), '0.1.0'));
      expect(found, rule).to.have.length(expected);
    }
    rmSync(folder, { recursive: true });
  });

  it('looks at each view, in its order', () => {
    const view = 'views: { v: { clients: [10.0.0.0/8], policies: [second, first] } }';
    expect(said('a.example: refuse', '"*.example": nodata', view)).to.deep.equal([
      'site.yaml:3: first/a.example never decides: second/*.example at site.yaml:4 does before it',
    ]);
  });
});
