import { expect } from 'chai';
import { Rings } from '../../src/forward/rings.ts';

const NUMBERS = 5;

function listed(rings: Rings, list: number): number[] {
  const numbers: number[] = [];
  for (let at = rings.first(list); at >= 0; at = rings.after(list, at)) numbers.push(at);
  return numbers;
}

describe('forward/rings', () => {
  it('has all numbers in one list as if each had been added', () => {
    const added = new Rings(2, NUMBERS);
    for (let number = 0; number < NUMBERS; number++) added.add(1, number);
    const together = new Rings(2, NUMBERS);
    together.addAll(1);
    for (const rings of [added, together]) {
      expect(listed(rings, 1)).to.deep.equal([0, 1, 2, 3, 4]);
      expect(listed(rings, 0)).to.deep.equal([]);
      for (const number of [0, 4, 2]) {
        rings.remove(1, number);
        rings.add(0, number);
      }
      expect(listed(rings, 1)).to.deep.equal([1, 3]);
      expect(listed(rings, 0)).to.deep.equal([0, 4, 2]);
    }
  });

  it('has one number alone behind and before itself', () => {
    const rings = new Rings(1, 1);
    rings.addAll(0);
    expect(listed(rings, 0)).to.deep.equal([0]);
    rings.remove(0, 0);
    expect(listed(rings, 0)).to.deep.equal([]);
  });
});
