import { expect } from 'chai';
import fc from 'fast-check';
import { Deadlines } from '../../src/forward/deadlines.ts';

const CAPACITY = 6;

/** All that has expired, in the order in which it is told. */
function drain(deadlines: Deadlines, now: number): number[] {
  const slots: number[] = [];
  for (let slot = deadlines.expired(now); slot >= 0; slot = deadlines.expired(now)) {
    slots.push(slot);
  }
  return slots;
}

class NaiveDeadlines {
  readonly #at: Map<number, number> = new Map();

  set(slot: number, now: number, milliseconds: number): void {
    this.#at.set(slot, now + milliseconds);
  }

  clear(slot: number): void {
    this.#at.delete(slot);
  }

  drain(now: number): number[] {
    const due = [...this.#at].filter(([, at]) => at <= now).map(([slot]) => slot);
    for (const slot of due) this.clear(slot);
    return due;
  }
}

interface Step {
  readonly slot: number;
  readonly milliseconds: number;
  readonly act: 'set' | 'clear' | 'wait';
}

function compareWithNaive(steps: readonly Step[]): void {
  const deadlines = new Deadlines(CAPACITY);
  const naive = new NaiveDeadlines();
  let now = 0;
  for (const { slot, milliseconds, act } of steps) {
    if (act === 'wait') {
      now += milliseconds / 5;
      expect(drain(deadlines, now)).to.have.members(naive.drain(now));
      continue;
    }
    for (const one of [deadlines, naive]) one.clear(slot);
    if (act === 'clear') continue;
    for (const one of [deadlines, naive]) one.set(slot, now, milliseconds);
  }
}

describe('forward/deadlines', () => {
  it('tells a slot when its time has come, not before', () => {
    const deadlines = new Deadlines(CAPACITY);
    deadlines.set(3, 1000, 50);
    expect(deadlines.expired(1049)).to.equal(-1);
    expect(deadlines.expired(1050)).to.equal(3);
  });

  it('tells a slot once', () => {
    const deadlines = new Deadlines(CAPACITY);
    deadlines.set(0, 0, 1);
    expect(drain(deadlines, 5)).to.deep.equal([0]);
    expect(deadlines.expired(5)).to.equal(-1);
  });

  it('tells slots that wait equally long in the order in which they began', () => {
    const deadlines = new Deadlines(CAPACITY);
    for (const slot of [4, 0, 2]) deadlines.set(slot, slot === 4 ? 0 : 1, 10);
    expect(drain(deadlines, 10)).to.deep.equal([4]);
    expect(drain(deadlines, 11)).to.deep.equal([0, 2]);
  });

  it('forgets what was cleared, at the front, in the middle and at the end', () => {
    const deadlines = new Deadlines(CAPACITY);
    for (const slot of [0, 1, 2, 3, 4]) deadlines.set(slot, 0, 10);
    for (const slot of [0, 2, 4]) deadlines.clear(slot);
    expect(drain(deadlines, 10)).to.deep.equal([1, 3]);
  });

  it('takes the clearing of a slot without a deadline', () => {
    const deadlines = new Deadlines(CAPACITY);
    deadlines.clear(0);
    deadlines.set(0, 0, 1);
    deadlines.clear(0);
    deadlines.clear(0);
    expect(deadlines.expired(100)).to.equal(-1);
  });

  const steps = fc.array(
    fc.record({
      slot: fc.nat(CAPACITY - 1),
      milliseconds: fc.constantFrom(5, 20, 100),
      act: fc.constantFrom('set', 'clear', 'wait'),
    }),
    { maxLength: 60, size: 'max' },
  );

  it('agrees with a list that is searched from end to end', () => {
    fc.assert(fc.property(steps, compareWithNaive), { numRuns: 200 });
  });
});
