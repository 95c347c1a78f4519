import { expect } from 'chai';
import { inWrittenOrder } from '../../src/logs/written-order.ts';

describe('cli/log-rotation', () => {
  const cases = [
    { files: ['d.log', 'd.log.1', 'd.log.2.gz'], order: ['d.log.2.gz', 'd.log.1', 'd.log'] },
    { files: ['d.log.10', 'd.log.9', 'd.log'], order: ['d.log.10', 'd.log.9', 'd.log'] },
    {
      files: ['d.log', 'd.log-20261120.gz', 'd.log-20261118.gz'],
      order: ['d.log-20261118.gz', 'd.log-20261120.gz', 'd.log'],
    },
    { files: ['b.log', 'a.log', 'b.log.1'], order: ['b.log.1', 'b.log', 'a.log'] },
    { files: ['x/d.log', 'y/d.log.1'], order: ['x/d.log', 'y/d.log.1'] },
    { files: ['-'], order: ['-'] },
    { files: ['1', '2.gz'], order: ['1', '2.gz'] },
  ];
  for (const { files, order } of cases) {
    it(`reads ${files.join(' ')} as ${order.join(' ')}`, () => {
      expect(inWrittenOrder(files)).to.deep.equal(order);
    });
  }
});
