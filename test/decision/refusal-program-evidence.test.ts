import { expect } from 'chai';
import {
  type History,
  NOTHING_LATELY,
  type RefusalSigns,
} from '../../src/decision/refusal-facts.ts';
import { inferReason } from '../../src/decision/refusal-inference.ts';

/** A refusal without any sign. */
const PLAIN: RefusalSigns = {
  aa: false,
  ra: true,
  tc: false,
  hasQuestion: true,
  ede: [],
  rttMs: 10,
  byUdp: true,
  rd: true,
  ecs: false,
  type: 1,
  operation: undefined,
};
const EDE_18 = { ede: [{ code: 18, text: '' }] };
const EDE_20 = { ede: [{ code: 20, text: '' }] };

const CASES: readonly {
  readonly when: string;
  readonly program: string;
  readonly signs: Partial<RefusalSigns>;
  readonly lately?: Partial<History>;
  readonly found: readonly [verdict: string, scope: string];
}[] = [
  {
    when: 'dnsmasq passes on the EDE 18 of the server behind it',
    program: 'dnsmasq',
    signs: EDE_18,
    found: ['client-acl', 'behind'],
  },
  {
    when: 'dnsmasq passes on an EDE 20 to RD=0',
    program: 'dnsmasq',
    signs: { ...EDE_20, rd: false },
    found: ['no-recursion', 'behind'],
  },
  {
    when: "a zone of BIND's has a list",
    program: 'BIND',
    signs: EDE_18,
    found: ['client-acl', 'zone'],
  },
  {
    when: "BIND's options have a list",
    program: 'BIND',
    signs: { ...EDE_18, ra: false },
    lately: { refused: 3, codesElsewhere: [18, 18, 18], identity: 'ns1' },
    found: ['client-acl', 'server'],
  },
  {
    when: 'Unbound refuses by a local zone, and nothing else is known',
    program: 'Unbound',
    signs: { aa: true },
    found: ['name-policy', 'name'],
  },
  {
    when: 'Unbound has no transfers',
    program: 'Unbound',
    signs: { operation: 'AXFR', ra: false },
    found: ['type-policy', 'query'],
  },
  {
    when: "Unbound's list of clients refuses a transfer before reading it",
    program: 'Unbound',
    signs: { operation: 'AXFR', ra: false, hasQuestion: false },
    found: ['client-acl', 'server'],
  },
  {
    when: 'NSD does not hold the name',
    program: 'NSD',
    signs: { ra: false },
    found: ['no-recursion', 'server'],
  },
];

describe('decision/refusal-program-evidence', () => {
  for (const { when, program, signs, lately, found } of CASES) {
    it(`finds ${found.join(', ')} when ${when}`, () => {
      const { verdict, scope } = inferReason({
        signs: { ...PLAIN, ...signs },
        lately: { ...NOTHING_LATELY, ...lately, program },
        siblings: { count: 0, refused: 0 },
      });
      expect([verdict, scope]).to.deep.equal(found);
    });
  }

  const FRONTS = [
    { when: 'by a datagram', signs: {}, byTcp: undefined, confidence: 'low' },
    { when: 'by TCP too', signs: {}, byTcp: 'refused', confidence: 'medium' },
    { when: 'over a connection', signs: { byUdp: false }, byTcp: undefined, confidence: 'medium' },
    { when: 'with AA=1, as of itself', signs: { aa: true }, byTcp: undefined, confidence: 'high' },
  ] as const;
  for (const { when, signs, byTcp, confidence } of FRONTS) {
    it(`is ${confidence} about a name that Unbound, or one in front, refuses ${when}`, () => {
      const inference = inferReason({
        signs: { ...PLAIN, ...signs },
        lately: { ...NOTHING_LATELY, answered: 1, recurses: true, program: 'Unbound', byTcp },
        siblings: { count: 0, refused: 0 },
      });
      expect(inference).to.include({ verdict: 'name-policy', confidence });
    });
  }
});
