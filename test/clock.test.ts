import { expect } from 'chai';
import { clockStep, now } from '../src/clock.ts';

const HOUR = 3_600_000;

describe('clock', () => {
  it('has not been set', () => {
    expect(clockStep(now())).to.equal(0);
  });

  it('does not take what is slewed for a clock that was set', () => {
    expect(clockStep(now() - 400)).to.equal(0);
    expect(clockStep(now() + 400)).to.equal(0);
  });

  for (const [what, ahead] of [
    ['forward', HOUR],
    ['back', -HOUR],
  ] as const) {
    it(`was set ${what}`, () => {
      expect(clockStep(now() - ahead)).to.be.closeTo(ahead, 1000);
    });
  }
});
