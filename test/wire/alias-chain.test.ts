import { expect } from 'chai';
import fc from 'fast-check';
import { AliasChain } from '../../src/wire/alias-chain.ts';
import { formatName } from '../../src/wire/name.ts';
import { anyName } from '../world/arbitraries.ts';
import { asked } from '../world/asked.ts';
import {
  message,
  name,
  type Octets,
  octets,
  pointer,
  question,
  record,
  TO_QUESTION,
  TYPE,
  uint16,
} from '../world/messages.ts';

const ASKED = 'www.example';
/** The same instance for all, as in the program. */
const chain = new AliasChain();

const cname = (owner: string, target: string | Octets, rrClass = 1) =>
  record(owner, TYPE.CNAME, typeof target === 'string' ? name(target) : target, { rrClass });
const address = (...rdata: number[]) =>
  record('x.example', rdata.length > 4 ? TYPE.AAAA : TYPE.A, rdata);

interface Sections {
  readonly answers: readonly Octets[];
  readonly authorities?: readonly Octets[];
  readonly additionals?: readonly Octets[];
}

/** The names that the one asked leads to, and the addresses. */
function read(sections: Sections, type: number = TYPE.A) {
  const query = asked(ASKED, { type });
  const whole = message({ flags: 0x8000, questions: [question(ASKED, type)], ...sections });
  chain.read(whole, whole.length, query);
  const names = Array.from({ length: chain.length }, (_, i) =>
    formatName(chain.name(i + 1, query).name),
  );
  return { names, addresses: addressesRead(), whole };
}

const addressesRead = () =>
  Array.from({ length: chain.addressCount }, (_, i) => {
    const { family, words } = chain.address(i);
    return [...words].slice(0, family === 4 ? 1 : 4);
  });

const names = (...answers: readonly Octets[]) => read({ answers }).names;

describe('wire/alias-chain aliases', () => {
  it('follows them in whatever order and case they stand', () => {
    const way = [cname('WWW.example', 'a.Example'), cname('a.example', 'b.example')];
    expect(names(...way)).to.deep.equal(['a.example.', 'b.example.']);
    expect(names(...way.reverse())).to.deep.equal(['a.example.', 'b.example.']);
  });

  it('knows where each stands, and how many records are there up to it', () => {
    const first = address(192, 0, 2, 1);
    const [second, third] = [cname(ASKED, 'a.example'), cname('a.example', 'b.example')];
    const { whole } = read({ answers: [first, second, third] });
    const at = whole.length - third.length;
    expect(chain.aliasAt(1)).to.include({ end: at, count: 2 });
    expect(chain.aliasAt(2)).to.include({ end: whole.length, count: 3 });
    expect(chain.aliasAt(2).targetAt).to.equal(whole.length - name('b.example').length);
  });

  it('takes the signature that follows an alias along', () => {
    const signature = record(ASKED, TYPE.RRSIG, [0, 5, 8, 2]);
    const alias = cname(ASKED, 'a.example');
    const last = address(192, 0, 2, 1);
    const { whole } = read({ answers: [alias, signature, last] });
    expect(chain.aliasAt(1)).to.include({ end: whole.length - last.length, count: 2 });
    const { whole: other } = read({ answers: [alias, last, signature] });
    const end = other.length - last.length - signature.length;
    expect(chain.aliasAt(1)).to.include({ end, count: 1 });
  });

  const ends: readonly (readonly [string, readonly Octets[], readonly string[], 'lost'?])[] = [
    ['there is none', [address(192, 0, 2, 1)], []],
    ['none is of the name asked', [cname('other.example', 'a.example')], []],
    ['one is of another class', [cname(ASKED, 'a.example', 3)], []],
    ['one leads to itself', [cname(ASKED, ASKED)], ['www.example.']],
    [
      'they lead in a ring',
      [cname(ASKED, 'a.example'), cname('a.example', ASKED)],
      ['a.example.', 'www.example.'],
    ],
    ['one has no target', [cname(ASKED, []), address(192, 0, 2, 1)], [], 'lost'],
    [
      'a target runs over its record',
      [cname(ASKED, [9, 0x61]), cname('a.example', ASKED)],
      [],
      'lost',
    ],
    ['a target points to nowhere', [cname(ASKED, pointer(0x3fff))], [], 'lost'],
    [
      'a target points forward',
      [cname(ASKED, pointer(60)), cname('a.example', 'b.example')],
      [],
      'lost',
    ],
    [
      'a name has two',
      [cname(ASKED, 'a.example'), cname(ASKED, 'b.example')],
      ['a.example.'],
      'lost',
    ],
  ];
  for (const [what, answers, expected, lost] of ends) {
    it(`goes no further when ${what}${lost === undefined ? '' : ', and says that it does not'}`, () => {
      expect(names(...answers)).to.deep.equal(expected);
      expect(chain.losesAliases).to.equal(lost !== undefined);
    });
  }

  it('follows sixteen of a hundred', () => {
    const hundred = Array.from({ length: 100 }, (_, i) =>
      cname(i === 0 ? ASKED : `n${i}.example`, `n${i + 1}.example`),
    );
    expect(names(...hundred)).to.have.length(16);
    expect(chain.losesAliases).to.equal(true);
    expect(names(...hundred.slice(1), hundred[0]!)).to.deep.equal([]);
    expect(chain.losesAliases).to.equal(true);
    expect(names(...hundred.slice(0, 16))).to.have.length(16);
    expect(chain.losesAliases).to.equal(false);
  });

  it('takes a target of 255 octets, and none of more', () => {
    const label = (length: number) => octets([length], new Uint8Array(length).fill(0x61));
    const wire = (last: number) => octets(label(63), label(63), label(63), label(last), [0]);
    expect(names(cname(ASKED, wire(61)))[0]).to.have.length(254);
    expect(names(cname(ASKED, wire(62)))).to.deep.equal([]);
  });

  for (const [what, target, isLost] of [
    ['follows an alias that is there twice', 'One.example', false],
    ['does not choose between two aliases of a name', 'two.example', true],
  ] as const) {
    it(what, () => {
      const answers = [cname(ASKED, 'one.example'), cname(ASKED, target)];
      expect(read({ answers }).names).to.deep.equal(['one.example.']);
      expect(chain.losesAliases).to.equal(isLost);
    });
  }

  it('leads nobody who asks for the alias itself', () => {
    const answers = [cname(ASKED, 'a.example')];
    expect(read({ answers }, TYPE.CNAME).names).to.deep.equal([]);
    expect(read({ answers }, TYPE.MX).names).to.deep.equal(['a.example.']);
  });

  it('follows none in what a transfer brings, and loses none', () => {
    const zone = Array.from({ length: 20 }, (_, i) => cname(`n${i}.example`, 'a.example'));
    expect(read({ answers: zone }, 252)).to.deep.include({ names: [] });
    expect(chain.losesAliases).to.equal(false);
  });
});

describe('wire/alias-chain addresses', () => {
  it('has those of the answer section, whoever owns them', () => {
    const six = address(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7);
    const { addresses } = read({
      answers: [address(192, 0, 2, 1), six],
      authorities: [address(192, 0, 2, 2)],
      additionals: [address(192, 0, 2, 3)],
    });
    expect(addresses).to.deep.equal([[0xc0000201], [0x20010db8, 0, 0, 7]]);
  });

  it('takes no record of a wrong length for one', () => {
    const wrong = [record('x', TYPE.A, [1, 2, 3]), record('x', TYPE.A, new Uint8Array(16))];
    expect(read({ answers: [...wrong, record('x', TYPE.AAAA, [1, 2, 3, 4])] }).addresses).to.be
      .empty;
    expect(chain.losesAddresses).to.equal(true);
    read({ answers: [address(192, 0, 2, 1)] });
    expect(chain.losesAddresses).to.equal(false);
  });

  const v4 = (...octets4: number[]) => octets(new Uint8Array(10), [255, 255], octets4);
  const nat64 = (...octets4: number[]) => octets([0, 0x64, 0xff, 0x9b], new Uint8Array(8), octets4);
  const own = (...octets4: number[]) => octets([0x20, 1, 0xd, 0xb8], new Uint8Array(8), octets4);
  const OWN = Uint32Array.of(0x20010db8, 0, 0);
  const insides: readonly (readonly [string, Octets, readonly (readonly number[])[]])[] = [
    ['an IPv4-mapped address', v4(192, 0, 2, 1), [[0xc0000201]]],
    [
      'an IPv4-compatible address',
      octets(new Uint8Array(12), [192, 0, 2, 1]),
      [[0, 0, 0, 0xc0000201]],
    ],
    ['a NAT64 address', nat64(192, 0, 2, 1), [[0x64ff9b, 0, 0, 0xc0000201], [0xc0000201]]],
    ['one of a prefix of ours', own(192, 0, 2, 1), [[0x20010db8, 0, 0, 0xc0000201], [0xc0000201]]],
  ];
  for (const [what, rdata, expected] of insides) {
    it(`has the IPv4 address inside ${what}, and only where there is one`, () => {
      const query = asked(ASKED, { type: TYPE.AAAA });
      const answers = [record(ASKED, TYPE.AAAA, rdata)];
      const whole = message({ flags: 0x8000, questions: [question(ASKED, TYPE.AAAA)], answers });
      chain.read(whole, whole.length, query, [OWN]);
      expect(addressesRead()).to.deep.equal(expected);
    });
  }

  const hint = (key: number, ...values: readonly Octets[]) =>
    octets(uint16(key), uint16(octets(...values).length), ...values);
  const svcb = (...params: readonly Octets[]) => octets([0, 1], name('x.example'), ...params);
  const six = octets([0x20, 1, 0xd, 0xb8], new Uint8Array(11), [7]);
  const SIX = [0x20010db8, 0, 0, 7];
  const hints: readonly (readonly [string, Octets, readonly (readonly number[])[], 'odd'?])[] = [
    ['no parameters', svcb(), []],
    ['others', svcb(hint(1, [2, 0x68, 0x32]), hint(3, [1, 187])), []],
    ['IPv4', svcb(hint(4, [192, 0, 2, 1], [192, 0, 2, 2])), [[0xc0000201], [0xc0000202]]],
    ['IPv6', svcb(hint(1, [2, 0x68, 0x32]), hint(6, six)), [SIX]],
    ['both', svcb(hint(4, [192, 0, 2, 1]), hint(6, six)), [[0xc0000201], SIX]],
    ['mapped', svcb(hint(6, v4(192, 0, 2, 1))), [[0xc0000201]]],
    ['a parameter that runs over', octets(svcb(), uint16(4), uint16(9), [192, 0, 2, 1]), [], 'odd'],
    ['half a parameter', svcb([0, 4, 0]), [], 'odd'],
    ['IPv4 and a half', svcb(hint(4, [192, 0, 2, 1], [192, 0])), [[0xc0000201]], 'odd'],
    ['less than IPv4', svcb(hint(4, [192, 0, 2])), [], 'odd'],
    ['IPv4 in the place of IPv6', svcb(hint(6, [192, 0, 2, 1])), [], 'odd'],
    ['IPv6 and a half', svcb(hint(6, six, [192, 0, 2, 1])), [SIX], 'odd'],
    ['no target', [0, 1], [], 'odd'],
    ['nothing', [], [], 'odd'],
  ];
  for (const [what, rdata, expected, odd] of hints) {
    for (const type of [64, 65]) {
      it(`has the hints of a record of type ${type} with ${what}`, () => {
        expect(read({ answers: [record(ASKED, type, rdata)] }, type).addresses).to.deep.equal(
          expected,
        );
        expect(chain.losesAddresses).to.equal(odd !== undefined);
      });
    }
  }

  it('has nothing of an earlier answer', () => {
    expect(
      read({ answers: [address(...new Array<number>(16).fill(255))] }).addresses,
    ).to.have.length(1);
    expect(read({ answers: [address(1, 2, 3, 4)] }).addresses).to.deep.equal([[0x01020304]]);
    expect([...chain.address(0).words]).to.deep.equal([0x01020304, 0, 0, 0]);
    expect(read({ answers: [] })).to.deep.include({ names: [], addresses: [] });
  });

  it('has all of a full message', () => {
    const many = Array.from({ length: 1000 }, (_, i) => address(10, 0, i >> 8, i & 0xff));
    expect(read({ answers: many }).addresses.at(-1)).to.deep.equal([0x0a0003e7]);
  });
});

describe('wire/alias-chain', () => {
  const anyText = fc.constantFrom(ASKED, 'a.example', 'b.example', 'c.example', 'A.example');

  it('finds what a search over all aliases finds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyText), { maxLength: 8 }), (aliases) => {
        const expected: string[] = [];
        const left = [...aliases];
        for (let at = ASKED; ; ) {
          const i = left.findIndex(([owner]) => owner.toLowerCase() === at);
          if (i < 0) break;
          at = left.splice(i, 1)[0]![1].toLowerCase();
          expected.push(`${at}.`);
        }
        expect(names(...aliases.map(([owner, target]) => cname(owner, target)))).to.deep.equal(
          expected,
        );
      }),
    );
  });

  it('takes any octets as owners and targets', () => {
    const anyOwner = fc.oneof(fc.constant(TO_QUESTION), fc.nat(0x80).map(pointer), anyName);
    const anyTarget = fc.oneof(anyOwner, fc.uint8Array({ maxLength: 20 }));
    const query = asked(ASKED);
    let longest = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(anyOwner, anyTarget), { maxLength: 5 }), (aliases) => {
        const answers = aliases.map(([owner, target]) => record(owner, TYPE.CNAME, target));
        const whole = message({ flags: 0x8000, questions: [question(ASKED)], answers });
        chain.read(whole, whole.length, query);
        expect(chain.length).to.be.at.most(aliases.length);
        for (let step = 1; step <= chain.length; step++) {
          const { targetAt, end, count } = chain.aliasAt(step);
          expect(targetAt).to.be.below(end);
          expect(end).to.be.at.most(whole.length);
          expect(count).to.be.within(1, aliases.length);
          expect(chain.name(step, query).nameLength).to.be.within(1, 255);
        }
        longest = Math.max(longest, chain.length);
      }),
      // A run like another, so that chains are seen each time.
      { numRuns: 300, seed: 1 },
    );
    expect(longest).to.be.above(1);
  });
});
