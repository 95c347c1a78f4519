import { expect } from 'chai';
import { NO_ORIGIN, type RuleOrigin } from '../../../src/config/access-list.ts';
import {
  formatExpiry,
  isExpired,
  isInForce,
  shownOrigin,
} from '../../../src/policy/rules/in-force.ts';

const MIDNIGHT = Date.parse('2027-02-01T00:00:00Z');
const JANUARY: RuleOrigin = { ...NO_ORIGIN, expires: MIDNIGHT };
const SHADOW: RuleOrigin = { ...NO_ORIGIN, mode: 'shadow' };

describe('policy/in-force', () => {
  const cases: readonly (readonly [string, RuleOrigin, number, boolean, boolean])[] = [
    ['a rule without a day', NO_ORIGIN, MIDNIGHT, true, true],
    ['a rule up to the end of its last day', JANUARY, MIDNIGHT - 1, true, true],
    ['a rule from the end of its last day on', JANUARY, MIDNIGHT, false, false],
    ['a rule in shadow mode', SHADOW, MIDNIGHT, false, true],
    ['a rule in shadow mode that has expired', { ...SHADOW, expires: 1 }, MIDNIGHT, false, false],
  ];
  for (const [what, origin, now, enforced, isShadow] of cases) {
    it(`${enforced ? 'counts' : 'does not count'} ${what}, and ${isShadow ? 'does' : 'does not'} in a trial`, () => {
      expect(isInForce(origin, { now, withShadow: false })).to.equal(enforced);
      expect(isInForce(origin, { now, withShadow: true })).to.equal(isShadow);
    });
  }

  it('never takes a rule without a day for expired', () => {
    expect(isExpired(undefined, Number.MAX_SAFE_INTEGER)).to.equal(false);
  });

  it('shows the last day as it was written', () => {
    expect(formatExpiry(MIDNIGHT)).to.equal('2027-01-31');
    expect(formatExpiry(Date.parse('2028-03-01T00:00:00Z'))).to.equal('2028-02-29');
  });

  it('shows of a rule what it says of itself, and nothing else', () => {
    expect(shownOrigin(NO_ORIGIN)).to.deep.equal({});
    expect(shownOrigin({ owner: 'netops', reason: 'NET-1', expires: MIDNIGHT })).to.deep.equal({
      owner: 'netops',
      reason: 'NET-1',
      expires: '2027-01-31',
    });
  });
});
