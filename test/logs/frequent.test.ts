import { expect } from 'chai';
import fc from 'fast-check';
import { FrequentValues } from '../../src/logs/frequent.ts';

function create(value: string, missed: number) {
  return { value, count: 0, missed };
}

function countAll(values: readonly string[], kept?: number) {
  const frequent = new FrequentValues(create, kept);
  for (const value of values) frequent.add(value);
  return frequent;
}

const anyValues = fc.array(
  fc.oneof(fc.constantFrom('a', 'b', 'c'), fc.string({ minLength: 1, maxLength: 2 })),
  { maxLength: 300 },
);

describe('cli/frequent', () => {
  it('counts exactly what it has room for, most frequent first', () => {
    const frequent = countAll(['b', 'a', 'c', 'a', 'b', 'a', 'd'], 2);
    expect(frequent.top(3)).to.deep.equal([
      { value: 'a', count: 3, missed: 0 },
      { value: 'b', count: 2, missed: 0 },
      { value: 'c', count: 1, missed: 0 },
    ]);
    expect(frequent.missed).to.equal(0);
  });

  it('gives up the rarer half when there is no more room', () => {
    const frequent = countAll(['a', 'a', 'a', 'b', 'b', 'c', 'd', 'e'], 2);
    expect(frequent.top(9)).to.deep.equal([
      { value: 'a', count: 3, missed: 0 },
      { value: 'b', count: 2, missed: 0 },
      { value: 'e', count: 1, missed: 1 },
    ]);
    expect({ missed: frequent.missed, given: frequent.given }).to.deep.equal({
      missed: 1,
      given: 2,
    });
  });

  it('keeps no more than twice what it is to keep', () => {
    fc.assert(
      fc.property(anyValues, fc.integer({ min: 1, max: 8 }), (values, kept) => {
        expect(countAll(values, kept).size).to.be.at.most(2 * kept);
      }),
    );
  });

  it('knows of each value how often it occurred at least and at most', () => {
    fc.assert(
      fc.property(anyValues, fc.integer({ min: 1, max: 8 }), (values, kept) => {
        const frequent = countAll(values, kept);
        const found = new Map(frequent.top(99).map((one) => [one.value, one]));
        for (const value of new Set(values)) {
          const times = values.filter((one) => one === value).length;
          const { count, missed } = found.get(value) ?? { count: 0, missed: frequent.missed };
          expect(times).to.be.within(count, count + missed);
          expect(missed).to.be.at.most(frequent.missed);
        }
      }),
    );
  });

  it('keeps what is frequent among any number of others', () => {
    const others = Array.from({ length: 10_000 }, (_, i) => [`other ${i}`, `other ${i}`, 'often']);
    const frequent = countAll(others.flat(), 16);
    expect(frequent.top(1)).to.deep.equal([{ value: 'often', count: 10_000, missed: 0 }]);
  });
});
