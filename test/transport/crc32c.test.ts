import { expect } from 'chai';
import { crc32c } from '../../src/transport/crc32c.ts';
import { ascii } from '../world/messages.ts';

describe('transport/crc32c', () => {
  const sums = [
    { what: 'nothing', octets: new Uint8Array(0), sum: 0 },
    { what: 'the digits', octets: ascii('123456789'), sum: 0xe3069283 },
    { what: '32 zeros (RFC 3720 appendix B.4)', octets: new Uint8Array(32), sum: 0x8a9136aa },
    { what: '32 ones', octets: new Uint8Array(32).fill(0xff), sum: 0x62a8ab43 },
  ];
  for (const { what, octets, sum } of sums) {
    it(`is right for ${what}`, () => {
      expect(crc32c(octets)).to.equal(sum);
    });
  }
});
