import { globSync } from 'node:fs';
import { expect } from 'chai';
import { LONG, listFiles, shuffle } from '../../scripts/test.ts';

describe('scripts/test', () => {
  const files = listFiles();

  it('runs each file once, first those that take long', () => {
    expect([...files].sort()).to.deep.equal(globSync('test/**/*.test.ts').sort());
    const long = files.map((file) => LONG.find((start) => file.startsWith(start)));
    const places = long.filter((start, i) => start !== undefined && start !== long[i - 1]);
    expect(places).to.deep.equal(LONG);
    expect(long.lastIndexOf(undefined)).to.equal(files.length - 1);
    expect(long.indexOf(undefined)).to.equal(
      long.findLastIndex((start) => start !== undefined) + 1,
    );
  });

  it('has another order for another seed, and the same for the same', () => {
    const orders = [1, 2, 3].map((seed) => shuffle(files, seed));
    for (const order of orders) expect(order).to.have.members(files);
    expect(new Set([files, ...orders].map(String)).size).to.equal(4);
    expect(shuffle(files, 3)).to.deep.equal(orders[2]);
  });
});
