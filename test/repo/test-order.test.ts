import { globSync } from 'node:fs';
import { expect } from 'chai';
import { listFiles, shuffle } from '../../scripts/test.ts';

describe('scripts/test', () => {
  const files = listFiles();

  it('runs each file once, those of test/e2e first', () => {
    expect([...files].sort()).to.deep.equal(globSync('test/**/*.test.ts').sort());
    const first = files.findIndex((file) => !file.startsWith('test/e2e/'));
    expect(files.slice(first).filter((file) => file.startsWith('test/e2e/'))).to.deep.equal([]);
  });

  it('has another order for another seed, and the same for the same', () => {
    const orders = [1, 2, 3].map((seed) => shuffle(files, seed));
    for (const order of orders) expect(order).to.have.members(files);
    expect(new Set([files, ...orders].map(String)).size).to.equal(4);
    expect(shuffle(files, 3)).to.deep.equal(orders[2]);
  });
});
