import { expect } from 'chai';
import { type Confidence, moreTelling } from '../../src/decision/upstream-refusal.ts';
import { refusal } from '../world/outcomes.ts';

describe('decision/upstream-refusal moreTelling', () => {
  const cases: readonly [Confidence, Confidence, 'first' | 'second'][] = [
    ['high', 'high', 'second'],
    ['high', 'medium', 'first'],
    ['high', 'low', 'first'],
    ['medium', 'high', 'second'],
    ['low', 'low', 'second'],
    ['low', 'medium', 'second'],
  ];
  for (const [before, after, which] of cases) {
    it(`takes the ${which} of two servers when they are told with ${before} and ${after}`, () => {
      const first = refusal({ address: '192.0.2.1:53', confidence: before });
      const second = refusal({ address: '192.0.2.2:53', confidence: after });
      expect(moreTelling(first, second)).to.equal(which === 'first' ? first : second);
    });
  }

  it('takes the later of the same server', () => {
    const later = refusal({ confidence: 'low' });
    expect(moreTelling(refusal({ confidence: 'high' }), later)).to.equal(later);
  });

  it('takes the only one', () => {
    const only = refusal();
    expect(moreTelling(undefined, only)).to.equal(only);
  });
});
