import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { LAYERS } from '../../src/decision/layers.ts';
import { compilePolicy } from '../../src/policy/compile.ts';

const CONFIG = `
acl: { query: { 192.0.2.0/24: allow }, recursion: { 192.0.2.0/25: allow } }
rateLimit: { queriesPerSecond: 100, action: refuse }
policies:
  - { name: a, rules: { a.example: refuse } }
  - { name: b, ede: censored, rules: { b.example: nxdomain } }
  - { name: c, ede: filtered, rules: { c.example: nodata } }
upstreams: { default: { servers: [192.0.2.53] } }
`;

/** INFO-CODEs of RFC 8914 and of its registry. */
const CODES: Readonly<Record<(typeof LAYERS)[number], readonly number[]>> = {
  protocol: [21],
  acl: [18],
  transfer: [18],
  update: [18],
  notify: [18],
  'rate-limit': [31],
  recursion: [20],
  'special-use': [],
  policy: [15, 16, 17],
  route: [20],
  upstream: [3, 19, 22, 23],
  overload: [32],
};
/** Whoever meets these layers may not ask, or is nobody in particular. */
const SILENT: readonly string[] = ['protocol', 'acl', 'rate-limit'];

describe('Extended DNS Errors', () => {
  const { verdicts } = compilePolicy(parseConfig('site.yaml', CONFIG), '0.1.0');

  for (const layer of LAYERS) {
    it(`of ${layer} are ${CODES[layer].join(', ') || 'none'}`, () => {
      const codes = verdicts.flatMap((one) => (one.layer === layer ? (one.ede ?? []) : []));
      expect([...new Set(codes)].sort((a, b) => a - b)).to.deep.equal(CODES[layer]);
    });
  }

  it('have no text for those who may not ask', () => {
    const told = verdicts.filter(({ layer, explained }) => SILENT.includes(layer) && explained);
    expect(told.map(({ rule }) => rule.id)).to.deep.equal([]);
  });
});
