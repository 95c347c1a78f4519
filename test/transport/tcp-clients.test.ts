import { expect } from 'chai';
import { parseAddress } from '../../src/net/address.ts';
import { ownerOf, ownerOfWords } from '../../src/transport/tcp-clients.ts';

describe('transport/tcp-clients', () => {
  const owners = [
    { address: '192.0.2.7', owner: '192.0.2.7' },
    { address: '::1', owner: '0:0:0:0' },
    { address: '2001:db8::1', owner: '2001:db8:0:0' },
    { address: '2001:db8:1:2::', owner: '2001:db8:1:2' },
    { address: '2001:db8::a:b:c:d:e', owner: '2001:db8:0:a' },
    { address: '2001:db8:1:2:3:4:5:6', owner: '2001:db8:1:2' },
    { address: 'fe80::1%eth0', owner: 'fe80:0:0:0' },
  ];
  for (const { address, owner } of owners) {
    it(`takes ${address} for ${owner}, as text and in words`, () => {
      expect(ownerOf(address)).to.equal(owner);
      const { family, words } = parseAddress(address)!;
      expect(ownerOfWords(family, words)).to.equal(owner);
    });
  }
});
