import { expect } from 'chai';
import { resolverInfo } from '../../src/policy/resinfo.ts';

const cases: readonly (readonly [readonly number[], string])[] = [
  [[15], 'exterr=15'],
  [[17, 15, 16, 15], 'exterr=15-17'],
  [[15, 18, 20, 21, 22, 35, 23], 'exterr=15,18,20-23,35'],
  [[1, 3], 'exterr=1,3'],
];

describe('policy/resinfo', () => {
  for (const [codes, expected] of cases) {
    it(`says ${expected} of ${codes.join(', ')}`, () => {
      const [record] = resolverInfo(codes, undefined);
      expect(record!.type).to.equal(261);
      const text = String.fromCharCode(expected.length) + expected;
      expect(Buffer.from(record!.rdata).toString('latin1')).to.equal(text);
    });
  }

  it('has a character string for each key', () => {
    const [record] = resolverInfo([15], 'https://a.example/');
    expect(Buffer.from(record!.rdata).toString('latin1')).to.equal(
      '\u0009exterr=15\u001ainfourl=https://a.example/',
    );
  });

  it('is not there when there is nothing to say', () => {
    expect(resolverInfo([], undefined)).to.deep.equal([]);
  });
});
