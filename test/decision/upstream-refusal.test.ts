import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Inference,
  inferReason,
  type RefusalSigns,
  UPSTREAM_VERDICTS,
} from '../../src/decision/upstream-refusal.ts';

/** A refusal without any sign. */
const PLAIN: RefusalSigns = { ra: true, tc: false, rd: true, hasQuestion: true, ede: [] };

const errors = (...codes: readonly number[]) => ({
  ede: codes.map((code) => ({ code, text: '' })),
});

type Case = readonly [string, Partial<RefusalSigns>, string, Inference['confidence'], string];

describe('decision/upstream-refusal', () => {
  const cases: readonly Case[] = [
    ['EDE 18', errors(18), 'client-acl', 'high', 'EDE 18'],
    ['EDE 20', errors(20), 'no-recursion', 'high', 'EDE 20'],
    ['EDE 15', errors(15), 'name-policy', 'high', 'EDE 15'],
    ['EDE 16', errors(16), 'name-policy', 'high', 'EDE 16'],
    ['EDE 17', errors(17), 'name-policy', 'high', 'EDE 17'],
    ['EDE 35', errors(35), 'name-policy', 'high', 'EDE 35'],
    ['EDE 31', errors(31), 'rate-limit', 'high', 'EDE 31'],
    ['EDE 32', errors(32), 'rate-limit', 'high', 'EDE 32'],
    ['TC=1', { tc: true }, 'needs-tcp-or-cookie', 'high', 'TC=1 with REFUSED'],
    ['no question', { hasQuestion: false }, 'client-acl', 'medium', 'no question in the response'],
    ['RA=0 to RD=1', { ra: false }, 'no-recursion', 'medium', 'RA=0 to RD=1'],
    ['RA=0 to RD=0', { ra: false, rd: false }, 'unknown', 'low', 'no EDE, no other sign'],
    ['nothing', {}, 'unknown', 'low', 'no EDE, no other sign'],
    ['an EDE that says nothing of it', errors(24), 'unknown', 'low', 'no EDE, no other sign'],
    [
      'EDE 0 and TC=1',
      { ...errors(0), tc: true },
      'needs-tcp-or-cookie',
      'high',
      'TC=1 with REFUSED',
    ],
    ['EDE 24 before EDE 18', errors(24, 18), 'client-acl', 'high', 'EDE 18'],
    [
      'EDE 15 with TC=1 and RA=0',
      { ...errors(15), tc: true, ra: false },
      'name-policy',
      'high',
      'EDE 15',
    ],
    [
      'TC=1 without a question',
      { tc: true, hasQuestion: false, ra: false },
      'needs-tcp-or-cookie',
      'high',
      'TC=1 with REFUSED',
    ],
    [
      'no question and RA=0',
      { hasQuestion: false, ra: false },
      'client-acl',
      'medium',
      'no question in the response',
    ],
  ];
  for (const [signs, given, verdict, confidence, evidence] of cases) {
    it(`takes ${signs} for ${verdict} (${confidence})`, () => {
      expect(inferReason({ ...PLAIN, ...given })).to.deep.equal({ verdict, confidence, evidence });
    });
  }

  it('never is sure without evidence, and always has a verdict that is documented', () => {
    const anySigns: fc.Arbitrary<RefusalSigns> = fc.record({
      ra: fc.boolean(),
      tc: fc.boolean(),
      rd: fc.boolean(),
      hasQuestion: fc.boolean(),
      ede: fc.array(fc.record({ code: fc.nat(40), text: fc.string() }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(anySigns, (signs) => {
        const { verdict, confidence, evidence } = inferReason(signs);
        expect(UPSTREAM_VERDICTS).to.include(verdict);
        expect(evidence).not.to.equal('');
        expect(confidence === 'low').to.equal(verdict === 'unknown');
      }),
    );
  });
});
