import { expect } from 'chai';
import { isNewer } from '../../src/wire/serial.ts';

describe('wire/serial', () => {
  const cases: readonly (readonly [number, number, boolean])[] = [
    [2, 1, true],
    [1, 2, false],
    [1, 1, false],
    [0, 0xffffffff, true],
    [0xffffffff, 0, false],
    [0x7fffffff, 0, true],
    [0x80000000, 0, false],
    [0, 0x80000000, false],
    [0x80000001, 0, false],
    [0, 0x80000001, true],
    [2026112101, 2026112100, true],
  ];
  for (const [serial, than, expected] of cases) {
    it(`says that ${serial} is ${expected ? '' : 'not '}newer than ${than}`, () => {
      expect(isNewer(serial, than)).to.equal(expected);
    });
  }
});
