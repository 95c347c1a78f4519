import { expect } from 'chai';
import { formatProgress } from '../../src/cli/progress.ts';

describe('cli/progress', () => {
  const cases = [
    {
      read: { octetsRead: 285e6, octetsInAll: 679e6 },
      says: '41% of 679 MB, 500000 records, 250000 a second',
    },
    {
      read: { octetsRead: 285e6, octetsInAll: undefined },
      says: '285 MB, 500000 records, 250000 a second',
    },
    {
      read: { octetsRead: 9e6, octetsInAll: 8e6 },
      says: '100% of 8 MB, 500000 records, 250000 a second',
    },
    { read: { octetsRead: 0, octetsInAll: 0 }, says: '0 MB, 500000 records, 250000 a second' },
  ];
  for (const { read, says } of cases) {
    it(`says ${says}`, () => {
      expect(formatProgress(read, 500_000, 2)).to.equal(says);
    });
  }
});
