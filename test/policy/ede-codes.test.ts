import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { LAYERS } from '../../src/decision/layers.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { Ede } from '../../src/wire/registry.ts';

const CONFIG = `
acl: { query: { 192.0.2.0/24: allow }, recursion: { 192.0.2.0/25: allow } }
rateLimit: { queriesPerSecond: 100, action: refuse }
policies:
  - { name: a, rules: { a.example: refuse } }
  - { name: b, ede: censored, rules: { b.example: nxdomain } }
  - { name: c, ede: filtered, rules: { c.example: nodata } }
  - { name: d, rpz: { zone: d.example, primaries: [192.0.2.1] } }
upstreams: { default: { servers: [192.0.2.53] } }
`;

/** INFO-CODEs of RFC 8914 and of its registry. */
const CODES: readonly (readonly [string, readonly number[]])[] = [
  ['protocol', [21]],
  ['acl', [18]],
  ['transfer', [18]],
  ['update', [18]],
  ['notify', [18]],
  ['rate-limit', [31]],
  ['recursion', [20]],
  ['local', []],
  ['special-use', []],
  ['policy', [0, 14, 15, 16, 17]],
  ['route', [20]],
  ['upstream', [3, 19, 22, 23]],
  ['overload', [32]],
];
/** Whoever meets these layers may not ask, or is nobody in particular. */
const SILENT: readonly string[] = ['protocol', 'acl', 'rate-limit'];

/** From `| 18 | `acl`, `transfer` |` on the page: which layer sends which codes. */
function documentedCodes(layer: string): readonly number[] {
  const page = readFileSync('docs/decisions.md', 'utf8');
  const rows = page.matchAll(/^\| ([\d, ]+) \| ([^\n]*) \|$/gm);
  return [...rows].flatMap(([, codes, senders]) => {
    // Behind the names of layers stands when they send it.
    const [names = ''] = /^(?:`[a-z-]+`(?:, )?)*/.exec(senders!)!;
    return names.includes(`\`${layer}\``) ? codes!.split(', ').map(Number) : [];
  });
}

describe('Extended DNS Errors', () => {
  const { verdicts } = compilePolicy(parseConfig('site.yaml', CONFIG), '0.1.0');
  const codesOf = (wanted: string) => {
    const codes = verdicts.flatMap(({ layer, ede }) => (layer === wanted ? (ede ?? []) : []));
    return [...new Set(codes)].sort((a, b) => a - b);
  };

  for (const [layer, codes] of CODES) {
    it(`of ${layer} are ${codes.join(', ') || 'none'}`, () => {
      expect(codesOf(layer)).to.deep.equal(codes);
    });
  }

  for (const layer of LAYERS) {
    it(`of ${layer} stand in docs/decisions.md`, () => {
      // Which refusals of upstreams have this code is found out when they come.
      const documented = documentedCodes(layer).filter((code) => code !== Ede.BLOCKED_UPSTREAM);
      expect(documented).to.include.members(codesOf(layer));
      if (codesOf(layer).length > 0) expect(codesOf(layer)).to.include.members(documented);
    });
  }

  it('have no text for those who may not ask', () => {
    const told = verdicts.filter(({ layer, explained }) => SILENT.includes(layer) && explained);
    expect(told.map(({ rule }) => rule.id)).to.deep.equal([]);
  });
});
