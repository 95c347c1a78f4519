import { expect } from 'chai';
import { CaseKeeping } from '../../src/forward/case-keeping.ts';

const MINUTE = 60_000;
const NOW = 1_800_000_000_000;

describe('forward/case-keeping', () => {
  it('tries every question, as long as nothing speaks against it', () => {
    const keeping = new CaseKeeping();
    expect([keeping.isTried(NOW), keeping.isTried(NOW)]).to.deep.equal([true, true]);
    expect(keeping.isLost(NOW)).to.equal(false);
  });

  it('tries none for ten minutes after it was lost, then one at a time', () => {
    const keeping = new CaseKeeping();
    keeping.lost(NOW);
    expect(keeping.isLost(NOW + 10 * MINUTE - 1)).to.equal(true);
    expect(keeping.isTried(NOW + 10 * MINUTE - 1)).to.equal(false);
    const later = NOW + 10 * MINUTE;
    expect(keeping.isLost(later)).to.equal(false);
    expect([keeping.isTried(later), keeping.isTried(later + 4999)]).to.deep.equal([true, false]);
    expect(keeping.isTried(later + 5000)).to.equal(true);
    keeping.kept();
    expect([keeping.isTried(later), keeping.isTried(later)]).to.deep.equal([true, true]);
  });

  it('takes three doubts without an answer between them that keeps it', () => {
    const keeping = new CaseKeeping();
    for (const kept of [false, false, true, false, false]) {
      if (kept) keeping.kept();
      else keeping.doubted(NOW);
    }
    expect(keeping.isLost(NOW)).to.equal(false);
    keeping.doubted(NOW);
    expect(keeping.isLost(NOW)).to.equal(true);
  });
});
