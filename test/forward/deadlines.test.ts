import { expect } from 'chai';
import fc from 'fast-check';
import { Deadlines } from '../../src/forward/deadlines.ts';

const CAPACITY = 6;

/** All that has expired, in the order in which it is told. */
function drain(deadlines: Deadlines, now: number): number[] {
  const pendingQueries: number[] = [];
  for (let pending = deadlines.expired(now); pending >= 0; pending = deadlines.expired(now)) {
    pendingQueries.push(pending);
  }
  return pendingQueries;
}

class NaiveDeadlines {
  readonly #at: Map<number, number> = new Map();

  set(pending: number, now: number, milliseconds: number): void {
    this.#at.set(pending, now + milliseconds);
  }

  clear(pending: number): void {
    this.#at.delete(pending);
  }

  drain(now: number): number[] {
    const due = [...this.#at].filter(([, at]) => at <= now).map(([pending]) => pending);
    for (const pending of due) this.clear(pending);
    return due;
  }
}

interface Step {
  readonly pending: number;
  readonly milliseconds: number;
  readonly act: 'set' | 'clear' | 'wait';
}

function compareWithNaive(steps: readonly Step[]): void {
  const deadlines = new Deadlines(CAPACITY);
  const naive = new NaiveDeadlines();
  let now = 0;
  for (const { pending, milliseconds, act } of steps) {
    if (act === 'wait') {
      now += milliseconds / 5;
      expect(drain(deadlines, now)).to.have.members(naive.drain(now));
      continue;
    }
    for (const one of [deadlines, naive]) one.clear(pending);
    if (act === 'clear') continue;
    for (const one of [deadlines, naive]) one.set(pending, now, milliseconds);
  }
}

describe('forward/deadlines', () => {
  it('returns an entry when its time has come, not before', () => {
    const deadlines = new Deadlines(CAPACITY);
    deadlines.set(3, 1000, 50);
    expect(deadlines.expired(1049)).to.equal(-1);
    expect(deadlines.expired(1050)).to.equal(3);
  });

  it('returns an entry once', () => {
    const deadlines = new Deadlines(CAPACITY);
    deadlines.set(0, 0, 1);
    expect(drain(deadlines, 5)).to.deep.equal([0]);
    expect(deadlines.expired(5)).to.equal(-1);
  });

  it('tells those that wait equally long in the order in which they began', () => {
    const deadlines = new Deadlines(CAPACITY);
    for (const pending of [4, 0, 2]) deadlines.set(pending, pending === 4 ? 0 : 1, 10);
    expect(drain(deadlines, 10)).to.deep.equal([4]);
    expect(drain(deadlines, 11)).to.deep.equal([0, 2]);
  });

  it('forgets what was cleared, at the front, in the middle and at the end', () => {
    const deadlines = new Deadlines(CAPACITY);
    for (const pending of [0, 1, 2, 3, 4]) deadlines.set(pending, 0, 10);
    for (const pending of [0, 2, 4]) deadlines.clear(pending);
    expect(drain(deadlines, 10)).to.deep.equal([1, 3]);
  });

  it('takes the clearing of an entry without a deadline', () => {
    const deadlines = new Deadlines(CAPACITY);
    deadlines.clear(0);
    deadlines.set(0, 0, 1);
    deadlines.clear(0);
    deadlines.clear(0);
    expect(deadlines.expired(100)).to.equal(-1);
  });

  const steps = fc.array(
    fc.record({
      pending: fc.nat(CAPACITY - 1),
      milliseconds: fc.constantFrom(5, 20, 100),
      act: fc.constantFrom('set', 'clear', 'wait'),
    }),
    { maxLength: 60, size: 'max' },
  );

  it('agrees with a list that is searched from end to end', () => {
    fc.assert(fc.property(steps, compareWithNaive), { numRuns: 200 });
  });
});
