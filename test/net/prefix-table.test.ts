import { expect } from 'chai';
import fc from 'fast-check';
import { type Address, parseAddress } from '../../src/net/address.ts';
import {
  commonBits,
  contains,
  firstWords,
  lastWords,
  type Prefix,
  parsePrefix,
} from '../../src/net/prefix.ts';
import { NearestPrefix, NO_PREFIX, PrefixTable } from '../../src/net/prefix-table.ts';

type Family = 4 | 6;

function prefixes(...texts: string[]): Prefix[] {
  return texts.map((text) => {
    const prefix = parsePrefix(text);
    if (typeof prefix === 'string') expect.fail(prefix);
    return prefix;
  });
}

function find(table: PrefixTable | NearestPrefix, text: string): number {
  const { family, words } = parseAddress(text)!;
  return table.find(family, words);
}

/** Addresses near each other, at both ends of the space and far away. */
function anyAddress(family: Family): fc.Arbitrary<Address> {
  const word = fc.oneof(
    fc.constantFrom(0, 1, 2, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff),
    fc.nat(0xffffffff),
  );
  return fc.tuple(word, word, word, word).map((given) => ({
    family,
    words: Uint32Array.from(family === 4 ? [given[0], 0, 0, 0] : given),
  }));
}

function anyPrefix(family: Family): fc.Arbitrary<Prefix> {
  return fc.tuple(anyAddress(family), fc.nat(family === 4 ? 32 : 128)).map(([address, length]) => {
    const prefix = { ...address, length };
    return { ...prefix, words: firstWords(prefix) };
  });
}

const anyPrefixes = fc.array(fc.oneof(anyPrefix(4), anyPrefix(6)), { maxLength: 30 }).map(
  // Each third prefix lies within the one before it.
  (given) => given.map((prefix, i) => (i % 3 === 0 ? prefix : nested(given[i - 1]!, prefix))),
);

function nested(outer: Prefix, inner: Prefix): Prefix {
  if (outer.family !== inner.family || inner.length < outer.length) return inner;
  const mask = lastWords({ ...outer, words: new Uint32Array(4) });
  const words = inner.words.map((word, i) => (word & mask[i]!) | outer.words[i]!);
  return { ...inner, words };
}

/** Random addresses, and for each prefix its edges and what is next to them. */
function probes(given: readonly Prefix[], random: readonly Address[]): Address[] {
  const edges = given.flatMap((prefix) => {
    const first = firstWords(prefix);
    const last = lastWords(prefix);
    return [first, last, next(first, -1, prefix.family), next(last, 1, prefix.family)].map(
      (words) => ({ family: prefix.family, words }),
    );
  });
  return [...random, ...edges];
}

function next(words: Uint32Array, step: 1 | -1, family: Family): Uint32Array {
  const beside = words.slice();
  for (let i = family === 4 ? 0 : 3; i >= 0; i--) {
    beside[i]! += step;
    if (beside[i] !== (step === 1 ? 0 : 0xffffffff)) break;
  }
  return beside;
}

describe('net/prefix-table PrefixTable', () => {
  const table = new PrefixTable(
    prefixes(
      '10.0.0.0/8',
      '10.20.0.0/16',
      '10.20.99.0/24',
      '10.20.99.7',
      '2001:db8::/32',
      '2001:db8:1::/48',
    ),
  );
  const cases = [
    { address: '9.255.255.255', index: NO_PREFIX },
    { address: '10.0.0.0', index: 0 },
    { address: '10.19.255.255', index: 0 },
    { address: '10.20.0.0', index: 1 },
    { address: '10.20.98.255', index: 1 },
    { address: '10.20.99.0', index: 2 },
    { address: '10.20.99.6', index: 2 },
    { address: '10.20.99.7', index: 3 },
    { address: '10.20.99.8', index: 2 },
    { address: '10.20.100.0', index: 1 },
    { address: '10.21.0.0', index: 0 },
    { address: '10.255.255.255', index: 0 },
    { address: '11.0.0.0', index: NO_PREFIX },
    { address: '::ffff:10.20.99.7', index: 3 },
    { address: '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff', index: NO_PREFIX },
    { address: '2001:db8::', index: 4 },
    { address: '2001:db8:1:ffff:ffff:ffff:ffff:ffff', index: 5 },
    { address: '2001:db8:2::', index: 4 },
    { address: '2001:db9::', index: NO_PREFIX },
    { address: '::10.0.0.0', index: NO_PREFIX },
  ];
  for (const { address, index } of cases) {
    it(`finds ${index === NO_PREFIX ? 'nothing' : `prefix ${index}`} for ${address}`, () => {
      expect(find(table, address)).to.equal(index);
    });
  }

  it('finds nothing when it is empty', () => {
    const empty = new PrefixTable([]);
    expect([find(empty, '0.0.0.0'), find(empty, '::')]).to.deep.equal([NO_PREFIX, NO_PREFIX]);
  });

  it('finds prefixes that reach from the first to the last address', () => {
    const edges = new PrefixTable(
      prefixes(
        '0.0.0.0/0',
        '255.255.255.255/32',
        '0.0.0.0/32',
        '::/0',
        'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
        '::',
      ),
    );
    const found = ['0.0.0.0', '0.0.0.1', '255.255.255.254', '255.255.255.255'].map((text) =>
      find(edges, text),
    );
    expect(found).to.deep.equal([2, 0, 0, 1]);
    expect(find(edges, '::')).to.equal(5);
    expect(find(edges, '::1')).to.equal(3);
    expect(find(edges, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe')).to.equal(3);
    expect(find(edges, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).to.equal(4);
  });

  it('finds nothing behind prefixes that end at the last address', () => {
    const upper = new PrefixTable(prefixes('128.0.0.0/1', '8000::/1'));
    expect(find(upper, '127.255.255.255')).to.equal(NO_PREFIX);
    expect(find(upper, '255.255.255.255')).to.equal(0);
    expect(find(upper, '7fff::')).to.equal(NO_PREFIX);
    expect(find(upper, 'ffff::')).to.equal(1);
  });

  it('finds the first of equal prefixes', () => {
    const twice = new PrefixTable(prefixes('10.0.0.0/8', '10.0.0.0/8', '10.0.0.0/9', '10.0.0.0/9'));
    expect(find(twice, '10.0.0.1')).to.equal(2);
    expect(find(twice, '10.200.0.1')).to.equal(0);
    expect(find(twice, '11.0.0.0')).to.equal(NO_PREFIX);
  });

  it('keeps the prefixes as they were given', () => {
    const given = prefixes('10.0.0.0/8', '9.0.0.0/8');
    expect(new PrefixTable(given).prefixes).to.deep.equal(prefixes('10.0.0.0/8', '9.0.0.0/8'));
  });

  it('equals a naive search for the longest prefix', () => {
    const random = fc.array(fc.oneof(anyAddress(4), anyAddress(6)), { maxLength: 20 });
    fc.assert(
      fc.property(anyPrefixes, random, (given, addresses) => {
        const compiled = new PrefixTable(given);
        for (const address of probes(given, addresses)) {
          let longest = NO_PREFIX;
          given.forEach((prefix, i) => {
            if (!contains(prefix, address)) return;
            if (longest === NO_PREFIX || prefix.length > given[longest]!.length) longest = i;
          });
          if (compiled.find(address.family, address.words) !== longest) {
            expect.fail(`prefix ${longest} for ${address.words}`);
          }
        }
      }),
    );
  });
});

describe('net/prefix-table NearestPrefix', () => {
  const cases = [
    { address: '10.20.1.1', texts: ['10.20.0.0/16', '10.30.0.0/16'], index: 0 },
    { address: '10.31.0.1', texts: ['10.20.0.0/16', '10.30.0.0/16'], index: 1 },
    { address: '10.21.0.1', texts: ['10.20.0.0/16', '10.30.0.0/16'], index: 0 },
    { address: '0.0.0.0', texts: ['10.20.0.0/16', '10.30.0.0/16'], index: 0 },
    { address: '255.255.255.255', texts: ['10.20.0.0/16', '192.0.2.0/24'], index: 1 },
    { address: '::1', texts: ['10.20.0.0/16', '2001:db8::/32'], index: 1 },
    { address: '::1', texts: ['10.20.0.0/16'], index: NO_PREFIX },
    { address: '10.0.0.1', texts: ['::/0'], index: NO_PREFIX },
    { address: '10.0.0.1', texts: [], index: NO_PREFIX },
  ];
  for (const { address, texts, index } of cases) {
    const found = index === NO_PREFIX ? 'nothing' : texts[index];
    it(`finds ${found} for ${address} among ${texts.join(', ') || 'none'}`, () => {
      expect(find(new NearestPrefix(prefixes(...texts)), address)).to.equal(index);
    });
  }

  it('equals a naive search for the most shared bits', () => {
    const shared = (prefix: Prefix, { words }: Address) =>
      Math.min(commonBits(prefix.words, words), prefix.length);
    const random = fc.array(fc.oneof(anyAddress(4), anyAddress(6)), { maxLength: 20 });
    fc.assert(
      fc.property(anyPrefixes, random, (given, addresses) => {
        const nearest = new NearestPrefix(given);
        for (const address of probes(given, addresses)) {
          const ofFamily = given.filter(({ family }) => family === address.family);
          const most = Math.max(-1, ...ofFamily.map((prefix) => shared(prefix, address)));
          const found = nearest.find(address.family, address.words);
          const bits = found === NO_PREFIX ? -1 : shared(given[found]!, address);
          if (bits !== most) expect.fail(`${bits} bits, not ${most}, for ${address.words}`);
          if (found !== NO_PREFIX) expect(given[found]!.family).to.equal(address.family);
        }
      }),
    );
  });
});
