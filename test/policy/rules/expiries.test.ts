import { expect } from 'chai';
import { parseConfig } from '../../../src/config/config.ts';
import { expiriesOf } from '../../../src/policy/rules/expiries.ts';

const CONFIG = `
acl:
  query: { 10.0.0.0/8: { action: allow, expires: 2027-01-31 }, 10.1.0.0/16: allow }
  transfer: { 10.0.0.5: { action: allow, expires: 2027-02-28 } }
policies:
  - name: house
    rules: { a.example: refuse, b.example: { action: refuse, expires: 2027-03-31, mode: shadow } }
views:
  guests:
    clients: [10.30.0.0/16]
    acl: { recursion: { 10.30.0.0/16: { action: refuse, expires: 2027-04-30 } } }
upstreams: { default: { servers: [192.0.2.1] } }
`;

describe('policy/expiries', () => {
  it('has the end of the last day of every entry and rule, in whatever view', () => {
    const days = expiriesOf(parseConfig('site.yaml', CONFIG)).map((at) =>
      new Date(at).toISOString(),
    );
    expect([...new Set(days)].sort()).to.deep.equal([
      '2027-02-01T00:00:00.000Z',
      '2027-03-01T00:00:00.000Z',
      '2027-04-01T00:00:00.000Z',
      '2027-05-01T00:00:00.000Z',
    ]);
  });

  it('has none where nothing expires', () => {
    const text = 'upstreams: { default: { servers: [192.0.2.1] } }';
    expect(expiriesOf(parseConfig('site.yaml', text))).to.deep.equal([]);
  });
});
