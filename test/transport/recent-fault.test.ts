import { expect } from 'chai';
import { RecentFault, RecentFaultError } from '../../src/transport/recent-fault.ts';
import { tlsFault } from '../../src/transport/tls-fault.ts';

describe('transport/recent-fault', () => {
  const expired = tlsFault('expired', 'certificate expired on 2020-02-03');

  it('has the evidence of the last time for a second', () => {
    const recent = new RecentFault();
    recent.check(0);
    recent.failed(expired, 100);
    expect(() => recent.check(1099)).to.throw(RecentFaultError, expired.evidence);
    recent.check(1100);
  });

  it('forgets it when a connection has been secured', () => {
    const recent = new RecentFault();
    recent.failed(expired, 100);
    recent.secured();
    recent.check(101);
  });

  it('does not wait where nobody listens', () => {
    const recent = new RecentFault();
    recent.failed(tlsFault('unreachable', 'no TCP connection: ECONNREFUSED'), 100);
    recent.check(101);
  });
});
