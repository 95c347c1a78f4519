import { expect } from 'chai';
import fc from 'fast-check';
import { HashedName } from '../../src/wire/hashed-name.ts';
import { anyName, anyOctets } from '../world/arbitraries.ts';
import { asked } from '../world/asked.ts';
import { name, type Octets, octets, pointer } from '../world/messages.ts';

function take(message: Octets, at = 0, end = message.length) {
  const taken = new HashedName();
  const isWhole = taken.take(octets(message), at, end);
  return { taken, isWhole, octets: taken.name.slice(0, Math.max(taken.nameLength, 0)) };
}

/** The longest name, of labels of one octet. */
const LONGEST = octets(...Array.from({ length: 127 }, () => [1, 0x61]), [0]);

describe('wire/hashed-name', () => {
  it('takes a name in lower case, with where its labels begin', () => {
    const { taken, octets: wire } = take(name('WWW.Example.com'));
    expect(wire).to.deep.equal(name('www.example.com'));
    expect(taken.labels).to.equal(3);
    expect([0, 1, 2, 3].map((depth) => taken.suffixAt(depth))).to.deep.equal([0, 4, 12, 16]);
  });

  it('takes the root, and the longest of names', () => {
    expect(take([0]).taken).to.include({ nameLength: 1, labels: 0 });
    expect(take(LONGEST).taken).to.include({ nameLength: 255, labels: 127 });
  });

  it('follows the pointers of a name', () => {
    const message = octets(name('example.com'), [3], name('WWW').subarray(1, 4), pointer(0));
    expect(take(message, 13).octets).to.deep.equal(name('www.example.com'));
  });

  const malformed: readonly (readonly [string, Octets, number])[] = [
    ['a pointer to itself', pointer(0), 0],
    ['a pointer to what comes behind it', octets(pointer(2), name('a')), 0],
    ['pointers in a ring', octets(pointer(2), pointer(0)), 2],
    ['a pointer out of the message', pointer(0x3fff), 0],
    ['half a pointer', [0xc0], 0],
    ['a label of another type', [0x41, 0], 0],
    ['a label that runs over the end', [5, 0x61], 0],
    ['no root', [1, 0x61], 0],
    ['a name of 256 octets', octets([1, 0x61], LONGEST), 0],
    ['a name that pointers make too long', octets(LONGEST, [1, 0x61], pointer(0)), 255],
    ['nothing', [], 0],
  ];
  for (const [what, message, at] of malformed) {
    it(`is told that a name is malformed: ${what}`, () => {
      const { isWhole, taken } = take(message, at);
      expect(isWhole).to.equal(false);
      expect(taken.labels).to.equal(0);
    });
  }

  it('has the hashes that a query for the name has', () => {
    fc.assert(
      fc.property(anyName, (wire) => {
        const { taken } = take(wire);
        const query = asked(wire);
        expect(taken.labels).to.equal(query.labels);
        const hashes = ({ hashes: all }: HashedName) => all.slice(0, query.labels + 1);
        expect(hashes(taken)).to.deep.equal(hashes(query));
        expect(taken.equals(query)).to.equal(true);
      }),
    );
  });

  it('is equal to the same name in whatever case, and to no other', () => {
    const upper = (wire: Uint8Array) =>
      Uint8Array.from(wire, (octet) => (octet > 0x60 && octet < 0x7b ? octet - 0x20 : octet));
    const key = (wire: Uint8Array) => Buffer.from(take(upper(wire)).octets).toString('hex');
    fc.assert(
      fc.property(anyName, anyName, (one, other) => {
        expect(take(one).taken.equals(take(upper(one)).taken)).to.equal(true);
        expect(take(one).taken.equals(take(other).taken)).to.equal(key(one) === key(other));
      }),
    );
  });

  it('takes any octets, at any place', () => {
    fc.assert(
      fc.property(anyOctets, fc.nat(400), fc.nat(400), (message, at, end) => {
        const { isWhole, taken } = take(message, at, Math.min(end, message.length));
        if (!isWhole) return;
        expect(taken.nameLength).to.be.within(1, 255);
        expect(taken.name[taken.suffixAt(taken.labels)]).to.equal(0);
      }),
    );
  });
});
