import { expect } from 'chai';
import fc from 'fast-check';
import { Timeline } from '../../src/logs/timeline.ts';

function iso(second: number): string {
  return new Date(second * 1000).toISOString();
}

/** Several values over the same time. */
function count(values: readonly (readonly number[])[]) {
  const timeline = new Timeline();
  const charts = values.map(() => timeline.chart());
  const longest = Math.max(...values.map((times) => times.length));
  for (let i = 0; i < longest; i++) {
    for (const [at, times] of values.entries()) {
      if (i < times.length) timeline.add(charts[at]!, timeline.spanOf(iso(times[i]!)));
    }
  }
  return { timeline, counts: charts.map((chart) => timeline.countsOf(chart)) };
}

describe('cli/timeline', () => {
  it('is empty before anything was counted', () => {
    const timeline = new Timeline();
    expect(timeline.countsOf(timeline.chart())).to.deep.equal([]);
  });

  it('counts by the second as long as that fits', () => {
    const { timeline, counts } = count([[100, 100, 102]]);
    expect({ from: timeline.from, step: timeline.step }).to.deep.equal({ from: 100, step: 1 });
    expect(counts).to.deep.equal([[2, 0, 1]]);
  });

  const steps = [
    { seconds: 79, step: 1 },
    { seconds: 80, step: 5 },
    { seconds: 3600, step: 60 },
    { seconds: 86_400, step: 3600 },
    { seconds: 30 * 86_400, step: 43_200 },
    { seconds: 366 * 86_400, step: 604_800 },
    { seconds: 7000 * 365 * 86_400, step: 604_800 * 4 ** 7 },
  ];
  for (const { seconds, step } of steps) {
    it(`has spans of ${step} s for ${seconds} s`, () => {
      expect(count([[0, seconds]]).timeline.step).to.equal(step);
    });
  }

  it('puts counts together when time grows, also backwards', () => {
    const { timeline, counts } = count([[1000, 1001, 1200, 900]]);
    expect({ from: timeline.from, step: timeline.step }).to.deep.equal({ from: 900, step: 5 });
    expect(counts[0]!.flatMap((one, i) => (one === 0 ? [] : [[900 + i * 5, one]]))).to.deep.equal([
      [900, 1],
      [1000, 2],
      [1200, 1],
    ]);
  });

  it('loses and moves nothing, however times come', () => {
    const times = fc.array(fc.integer({ min: 0, max: 4_000_000_000 }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 4 }), (values) => {
        const { timeline, counts } = count(values);
        for (const [at, own] of values.entries()) {
          const expected = counts[at]!.map(() => 0);
          for (const one of own) expected[Math.floor((one - timeline.from) / timeline.step)]! += 1;
          expect(counts[at]).to.deep.equal(expected);
        }
        expect(counts[0]!.length).to.be.within(1, 80);
      }),
    );
  });
});
