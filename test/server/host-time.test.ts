import { expect } from 'chai';
import { shareOf } from '../../src/server/host-time.ts';

describe('the share of a CPU', () => {
  const cases = [
    { what: 'all of one on an idle host', loadavg: '0.20 0.18 0.12 1/184 13833\n', share: 1 },
    { what: 'all of one when there is one for each', loadavg: '9 9 9 2/184 13833', share: 1 },
    { what: 'an eighth beside many', loadavg: '15.01 9.0 4.5 16/184 13833\n', share: 0.125 },
    { what: 'all of one where the file has another form', loadavg: 'none', share: 1 },
  ];
  for (const { what, loadavg, share } of cases) {
    it(`is ${what}`, () => {
      expect(shareOf(loadavg, 2)).to.equal(share);
    });
  }
});
