import { expect } from 'chai';
import fc from 'fast-check';
import { expandRdata } from '../../src/wire/rdata-names.ts';
import { ascii, name, type Octets, octets, pointer, uint16 } from '../world/messages.ts';

/** Ten octets, then `example.` at 10, then the RDATA. */
const HEAD = octets(new Uint8Array(10), name('example'));
const NS = octets([2], ascii('ns'), pointer(10));
const NS_NAME = name('ns.example');

function expand(type: number, rdata: Octets): Uint8Array | undefined {
  const whole = octets(HEAD, rdata);
  return expandRdata(whole, HEAD.length, whole.length, type);
}

describe('wire/rdata-names', () => {
  const times = new Uint8Array(20).fill(5);
  const strings = octets([1], ascii('u'), [0], [2, 1, 2]);
  const cases: readonly (readonly [string, number, Octets, Octets])[] = [
    ['A', 1, [192, 0, 2, 1], [192, 0, 2, 1]],
    ['NS', 2, NS, NS_NAME],
    ['CNAME', 5, pointer(10), name('example')],
    ['SOA', 6, octets(NS, NS, times), octets(NS_NAME, NS_NAME, times)],
    ['MINFO', 14, octets(NS, NS), octets(NS_NAME, NS_NAME)],
    ['MX', 15, octets(uint16(5), NS), octets(uint16(5), NS_NAME)],
    ['SRV', 33, octets([0, 1, 0, 2, 0, 3], NS), octets([0, 1, 0, 2, 0, 3], NS_NAME)],
    ['NAPTR', 35, octets([0, 1, 0, 2], strings, NS), octets([0, 1, 0, 2], strings, NS_NAME)],
    ['TXT', 16, [1, 0xc0], [1, 0xc0]],
    ['a type that nobody knows', 65280, [0xc0, 10], [0xc0, 10]],
  ];
  for (const [what, type, given, expected] of cases) {
    it(`writes out the names of ${what}`, () => {
      expect(expand(type, given)).to.deep.equal(octets(expected));
    });
  }

  const malformed: readonly (readonly [string, number, Octets])[] = [
    ['a pointer to itself', 2, pointer(HEAD.length)],
    ['a name that runs over the end', 2, [3, 0x61]],
    ['nothing', 5, []],
    ['less than stands before the name', 15, [0]],
    ['one name of two', 6, NS],
    ['a string that runs over the end', 35, [0, 1, 0, 2, 9]],
  ];
  for (const [what, type, given] of malformed) {
    it(`finds that RDATA is malformed: ${what}`, () => {
      expect(expand(type, given)).to.equal(undefined);
    });
  }

  it('takes any octets', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.uint8Array({ maxLength: 60 }), (type, rdata) => {
        const expanded = expand(type, rdata);
        if (expanded !== undefined) expect(expanded.length).to.be.lessThan(700);
      }),
    );
  });
});
