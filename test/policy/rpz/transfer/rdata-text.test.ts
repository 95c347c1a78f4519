import { expect } from 'chai';
import { formatRdata } from '../../../../src/policy/rpz/transfer/rdata-text.ts';

describe('transfer/rdata-text', () => {
  const cases: readonly (readonly [string, number, readonly number[], string])[] = [
    ['an address', 1, [192, 0, 2, 1], '192.0.2.1'],
    ['an address of three octets', 1, [192, 0, 2], '\\# 3 c00002'],
    ['a name', 5, [1, 0x61, 0], 'a.'],
    ['the root', 2, [0], '.'],
    ['strings', 16, [1, 0x22, 0, 1, 0xe9], '"\\"" "" "\\233"'],
    ['strings that run over the end', 16, [9, 0x61], '\\# 2 0961'],
    ['a type that people seldom see', 65280, [0xab], '\\# 1 ab'],
    ['no octets', 1, [], '\\# 0'],
  ];
  for (const [what, type, rdata, expected] of cases) {
    it(`writes ${what}: ${expected}`, () => {
      expect(formatRdata(type, Uint8Array.from(rdata))).to.equal(expected);
    });
  }
});
