import { expect } from 'chai';
import fc from 'fast-check';
import { parseAddress } from '../../src/net/address.ts';
import {
  commonBits,
  compareWords,
  contains,
  firstWords,
  formatPrefix,
  lastWords,
  type Prefix,
  parsePrefix,
} from '../../src/net/prefix.ts';

const words = (...given: number[]) => Uint32Array.from({ length: 4 }, (_, i) => given[i] ?? 0);
const ALL = 0xffffffff;

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (typeof parsed === 'string') expect.fail(parsed);
  return parsed;
}

describe('net/prefix text', () => {
  const prefixes = [
    { text: '10.0.0.0/8', shown: '10.0.0.0/8' },
    { text: '192.0.2.1', shown: '192.0.2.1/32' },
    { text: '2001:DB8::/32', shown: '2001:db8::/32' },
    { text: '::1', shown: '::1/128' },
    { text: '0.0.0.0/0', shown: '0.0.0.0/0' },
    { text: '255.255.255.255/32', shown: '255.255.255.255/32' },
    { text: '128.0.0.0/1', shown: '128.0.0.0/1' },
    { text: '::/0', shown: '::/0' },
    { text: '8000::/1', shown: '8000::/1' },
    { text: '2001:db8:0:0:8000::/65', shown: '2001:db8:0:0:8000::/65' },
    { text: '::ffff:10.0.0.0/104', shown: '10.0.0.0/8' },
    { text: '::ffff:192.0.2.1', shown: '192.0.2.1/32' },
    { text: '::ffff:0:0/96', shown: '0.0.0.0/0' },
  ];
  for (const { text, shown } of prefixes) {
    it(`reads ${text} and writes ${shown}`, () => {
      expect(formatPrefix(prefix(text))).to.equal(shown);
    });
  }

  const SHAPE = 'is not an address or a prefix; expect one like 10.0.0.0/8 or 2001:db8::/32';
  const wrong = [
    { text: '', says: SHAPE },
    { text: 'office', says: SHAPE },
    { text: '10.0.0/8', says: SHAPE },
    { text: '010.0.0.0/8', says: SHAPE },
    { text: '/8', says: SHAPE },
    { text: 'fe80::%eth0/10', says: SHAPE },
    { text: '10.0.0.0/33', says: 'is not a prefix; expect a length of 0 to 32' },
    { text: '10.0.0.0/', says: 'is not a prefix; expect a length of 0 to 32' },
    { text: '10.0.0.0/-1', says: 'is not a prefix; expect a length of 0 to 32' },
    { text: '10.0.0.0/8.0', says: 'is not a prefix; expect a length of 0 to 32' },
    { text: '10.0.0.0/255.0.0.0', says: 'is not a prefix; expect a length of 0 to 32' },
    { text: '10.0.0.0/8/8', says: 'is not a prefix; expect a length of 0 to 32' },
    { text: '::/129', says: 'is not a prefix; expect a length of 0 to 128' },
    { text: '::ffff:10.0.0.0/8', says: 'is not a prefix; expect a length of 96 to 128' },
    { text: '10.0.0.1/8', says: 'has bits set behind its length; expect 10.0.0.0/8' },
    { text: '192.0.2.1/0', says: 'has bits set behind its length; expect 0.0.0.0/0' },
    { text: '2001:db8::1/64', says: 'has bits set behind its length; expect 2001:db8::/64' },
    { text: '2001:db8:0:1::/63', says: 'has bits set behind its length; expect 2001:db8::/63' },
    { text: '::ffff:10.0.0.1/104', says: 'has bits set behind its length; expect 10.0.0.0/8' },
  ];
  for (const { text, says } of wrong) {
    it(`says that "${text}" ${says}`, () => {
      expect(parsePrefix(text)).to.equal(`"${text}" ${says}`);
    });
  }
});

describe('net/prefix bits', () => {
  const ranges = [
    { text: '0.0.0.0/0', first: words(), last: words(ALL) },
    { text: '10.20.0.0/16', first: words(0x0a140000), last: words(0x0a14ffff) },
    { text: '255.255.255.255/32', first: words(ALL), last: words(ALL) },
    { text: '::/0', first: words(), last: words(ALL, ALL, ALL, ALL) },
    { text: '2001:db8::/32', first: words(0x20010db8), last: words(0x20010db8, ALL, ALL, ALL) },
    {
      text: '2001:db8::/33',
      first: words(0x20010db8),
      last: words(0x20010db8, 0x7fffffff, ALL, ALL),
    },
    { text: '::1', first: words(0, 0, 0, 1), last: words(0, 0, 0, 1) },
  ];
  for (const { text, first, last } of ranges) {
    it(`knows the first and the last address of ${text}`, () => {
      expect(firstWords(prefix(text))).to.deep.equal(first);
      expect(lastWords(prefix(text))).to.deep.equal(last);
    });
  }

  it('counts the bits that two addresses share', () => {
    expect(commonBits(words(1), words(1))).to.equal(128);
    expect(commonBits(words(0x80000000), words(0))).to.equal(0);
    expect(commonBits(words(0x0a000000), words(0x0b000000))).to.equal(7);
    expect(commonBits(words(1, 2, 3, 4), words(1, 2, 3, 5))).to.equal(127);
    expect(commonBits(words(1, ALL), words(1, 0))).to.equal(32);
  });

  it('compares addresses as numbers', () => {
    expect(compareWords(words(0x80000000), words(0x7fffffff))).to.be.above(0);
    expect(compareWords(words(1, 2, 3, 4), words(1, 2, 3, 5))).to.be.below(0);
    expect(compareWords(words(1, 2, 3, 4), words(1, 2, 3, 4))).to.equal(0);
  });

  const covered = [
    { given: '10.0.0.0/8', address: '10.255.255.255', is: true },
    { given: '10.0.0.0/8', address: '11.0.0.0', is: false },
    { given: '0.0.0.0/0', address: '255.255.255.255', is: true },
    { given: '0.0.0.0/0', address: '::', is: false },
    { given: '::/0', address: '10.0.0.1', is: false },
    { given: '::/0', address: 'ffff::', is: true },
    { given: '192.0.2.1', address: '192.0.2.1', is: true },
    { given: '192.0.2.1', address: '192.0.2.0', is: false },
    { given: '10.0.0.0/8', address: '::ffff:10.1.2.3', is: true },
  ];
  for (const { given, address, is } of covered) {
    it(`says that ${given} ${is ? 'covers' : 'does not cover'} ${address}`, () => {
      expect(contains(prefix(given), parseAddress(address)!)).to.equal(is);
    });
  }

  it('covers its first and its last address and none beyond', () => {
    const anyPrefix = fc
      .tuple(
        fc.constantFrom(4 as const, 6 as const),
        fc.uint32Array({ minLength: 4, maxLength: 4 }),
        fc.nat(128),
      )
      .map(([family, given, length]) => {
        const at = family === 4 ? words(given[0]!) : given;
        return { family, words: at, length: family === 4 ? length % 33 : length };
      });
    fc.assert(
      fc.property(anyPrefix, (given) => {
        const first = firstWords(given);
        const last = lastWords(given);
        expect(contains(given, { family: given.family, words: first })).to.equal(true);
        expect(contains(given, { family: given.family, words: last })).to.equal(true);
        expect(compareWords(first, last)).to.be.at.most(0);
        expect(prefix(formatPrefix({ ...given, words: first })).length).to.equal(given.length);
      }),
    );
  });
});
