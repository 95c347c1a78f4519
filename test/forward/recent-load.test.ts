import { expect } from 'chai';
import { RecentLoad } from '../../src/forward/recent-load.ts';

/** Seconds with so many answers and refusals, one after the other. */
function loaded(...seconds: readonly (readonly [number, number])[]): RecentLoad {
  const load = new RecentLoad();
  for (const [second, [answers, refusals]] of seconds.entries()) {
    for (let i = 0; i < answers; i++) load.note(false, second * 1000);
    for (let i = 0; i < refusals; i++) load.note(true, second * 1000 + 999);
  }
  return load;
}

describe('forward/recent-load', () => {
  it('compares busy seconds with calm ones', () => {
    const load = loaded([10, 0], [50, 50], [10, 0], [40, 60]);
    expect(load.recall(4000)).to.deep.equal({ busy: 0.55, calm: 0 });
  });

  const alike = [
    { when: 'all seconds are alike', load: loaded([30, 10], [30, 10]) },
    { when: 'there are few calm questions', load: loaded([5, 0], [50, 50]) },
    { when: 'there are few questions at all', load: loaded([1, 0], [5, 5], [2, 0]) },
    { when: 'there is nothing', load: loaded() },
  ];
  for (const { when, load } of alike) {
    it(`says nothing when ${when}`, () => {
      expect(load.recall(2000)).to.equal(undefined);
    });
  }

  it('forgets what is older than sixteen seconds', () => {
    const load = loaded([10, 10], [10, 10], [50, 50]);
    expect(load.recall(15_999)).to.deep.equal({ busy: 0.5, calm: 0.5 });
    expect(load.recall(17_000)).to.equal(undefined);
    for (let i = 0; i < 20; i++) load.note(false, 16_000);
    expect(load.recall(16_000)).to.deep.equal({ busy: 0.5, calm: 0.25 });
  });

  it('compares what was lost, in the second in which it was asked', () => {
    const load = loaded([12, 0], [10, 0], [20, 0]);
    for (let i = 0; i < 30; i++) load.noteLost(2500);
    expect(load.recallLost(4000)).to.deep.equal({ busy: 0.6, calm: 0 });
    expect(load.recall(4000)).to.deep.equal({ busy: 0, calm: 0 });
  });
});
