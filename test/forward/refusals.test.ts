import { expect } from 'chai';
import { Refusals } from '../../src/forward/refusals.ts';

/** Refuses so many different names, one each millisecond. */
function refusing(names: number): Refusals {
  const refusals = new Refusals();
  for (let name = 1; name <= names; name++) refusals.refused(name, name);
  return refusals;
}

describe('forward/refusals', () => {
  it('is refusing when five names were refused and none answered', () => {
    expect(refusing(4).comesLater(5)).to.equal(false);
    expect(refusing(5).comesLater(5)).to.equal(true);
    const refusals = refusing(4);
    refusals.answered();
    refusals.refused(5, 5);
    expect(refusals.isRefusing).to.equal(false);
  });

  it('is not refusing because of one name that is asked again and again', () => {
    const refusals = new Refusals();
    for (let i = 0; i < 100; i++) refusals.refused(7, i);
    expect(refusals.isRefusing).to.equal(false);
  });

  it('is tried again after five seconds, then after ten, and is good when that is answered', () => {
    const refusals = refusing(5);
    expect(refusals.comesLater(5004)).to.equal(true);
    expect(refusals.comesLater(5005)).to.equal(false);
    expect(refusals.isRefusing).to.equal(true);
    refusals.refused(9, 5010);
    expect(refusals.comesLater(15_009)).to.equal(true);
    expect(refusals.comesLater(15_010)).to.equal(false);
    refusals.answered();
    expect(refusals.isRefusing).to.equal(false);
    expect(refusals.comesLater(15_010)).to.equal(false);
  });

  it('is not tried later for what others asked in the meantime', () => {
    const refusals = refusing(5);
    for (let i = 0; i < 50; i++) refusals.refused(100 + i, 100);
    expect(refusals.comesLater(5005)).to.equal(false);
  });
});
