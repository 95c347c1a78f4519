import { expect } from 'chai';
import { HalfSipHash } from '../../src/wire/half-sip-hash.ts';

/** Of the reference implementation: key 00 01 … 07, input 00 01 …, a result of 64 bits. */
const VECTORS = [
  { length: 0, result: '218d1f59b9b83cc8' },
  { length: 4, result: 'd5e78a175be52ea1' },
  { length: 8, result: 'edfee820bce4858c' },
  { length: 12, result: '7bc71f9faef5c799' },
];

describe('policy/half-sip-hash', () => {
  for (const { length, result } of VECTORS) {
    it(`hashes ${length} octets as the reference implementation does`, () => {
      const octets = Uint8Array.from({ length: 16 }, (_, i) => i);
      const hash = new HalfSipHash(0x03020100, 0x07060504);
      hash.hash(new Uint32Array(octets.buffer), length / 4);
      const shown = Buffer.alloc(8);
      shown.writeUInt32LE(hash.low, 0);
      shown.writeUInt32LE(hash.high, 4);
      expect(shown.toString('hex')).to.equal(result);
    });
  }
});
