import { expect } from 'chai';
import { Pool } from '../../src/forward/pool.ts';

describe('forward/pool', () => {
  it('makes what it needs, and no more than its limit', () => {
    const pool = new Pool(3, (index) => ({ index }));
    expect(pool.made).to.deep.equal([]);
    expect([1, 2, 3, 4].map(() => pool.take()?.index)).to.deep.equal([0, 1, 2, undefined]);
    expect(pool).to.include({ inUse: 3, left: 0 });
  });

  it('gives out again what was given back last', () => {
    const pool = new Pool(3, (index) => ({ index }));
    const [first, second] = [pool.take()!, pool.take()!];
    pool.give(second);
    pool.give(first);
    expect(pool).to.include({ inUse: 0, left: 3 });
    expect([pool.take(), pool.take()]).to.deep.equal([first, second]);
    expect(pool.made).to.have.length(2);
  });
});
