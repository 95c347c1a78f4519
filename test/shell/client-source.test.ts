import { expect } from 'chai';
import { ClientSource } from '../../src/shell/client-source.ts';

const ASKED = [
  { text: '192.0.2.7', family: 4, address: [0xc0000207, 0, 0, 0], zoneId: '' },
  { text: '192.0.2.7', family: 4, address: [0xc0000207, 0, 0, 0], zoneId: '' },
  { text: '2001:db8::1', family: 6, address: [0x20010db8, 0, 0, 1], zoneId: '' },
  { text: 'fe80::1%eth0', family: 6, address: [0xfe800000, 0, 0, 1], zoneId: '%eth0' },
  { text: 'fe80::1%eth1', family: 6, address: [0xfe800000, 0, 0, 1], zoneId: '%eth1' },
  { text: '::ffff:192.0.2.7', family: 4, address: [0xc0000207, 0, 0, 0], zoneId: '' },
];

describe('shell/client-source', () => {
  it('says who asks, whoever asked before', () => {
    const source = new ClientSource();
    for (const { text, ...expected } of ASKED) {
      const query = { family: 4 as const, address: new Uint32Array([1, 2, 3, 4]), zoneId: '%x' };
      source.set(text, query);
      expect({ ...query, address: [...query.address] }, text).to.deep.equal(expected);
    }
  });
});
