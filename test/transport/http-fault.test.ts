import { expect } from 'chai';
import { faultOfStatus, HttpFaults } from '../../src/transport/http-fault.ts';

describe('transport/http-fault', () => {
  const statuses = {
    ...{ 400: 'bad-request', 404: 'path', 405: 'method', 413: 'length', 415: 'media-type' },
    ...{ 431: 'header-size', 501: 'coding' },
  };
  for (const [status, fault] of Object.entries(statuses)) {
    it(`calls ${status} ${fault}`, () => expect(faultOfStatus(Number(status))).to.equal(fault));
  }

  it('counts each fault apart', () => {
    const faults = new HttpFaults();
    for (const fault of ['path', 'flood', 'path'] as const) faults.add(fault);
    const counted = faults.counts.filter(({ total }) => total > 0);
    expect(counted).to.deep.equal([
      { reason: 'path', total: 2 },
      { reason: 'flood', total: 1 },
    ]);
  });
});
