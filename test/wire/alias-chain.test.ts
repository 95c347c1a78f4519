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
  const addresses = Array.from({ length: chain.addressCount }, (_, i) => {
    const { family, words } = chain.address(i);
    return [...words].slice(0, family === 4 ? 1 : 4);
  });
  return { names, addresses, whole };
}

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

  const ends: readonly (readonly [string, readonly Octets[], readonly string[]])[] = [
    ['there is none', [address(192, 0, 2, 1)], []],
    ['none is of the name asked', [cname('other.example', 'a.example')], []],
    ['one is of another class', [cname(ASKED, 'a.example', 3)], []],
    ['one leads to itself', [cname(ASKED, ASKED)], ['www.example.']],
    [
      'they lead in a ring',
      [cname(ASKED, 'a.example'), cname('a.example', ASKED)],
      ['a.example.', 'www.example.'],
    ],
    ['one has no target', [cname(ASKED, []), address(192, 0, 2, 1)], []],
    ['a target runs over its record', [cname(ASKED, [9, 0x61]), cname('a.example', ASKED)], []],
    ['a target points to nowhere', [cname(ASKED, pointer(0x3fff))], []],
    ['a target points forward', [cname(ASKED, pointer(60)), cname('a.example', 'b.example')], []],
    ['a name has two', [cname(ASKED, 'a.example'), cname(ASKED, 'b.example')], ['a.example.']],
  ];
  for (const [what, answers, expected] of ends) {
    it(`goes no further when ${what}`, () => {
      expect(names(...answers)).to.deep.equal(expected);
    });
  }

  it('follows sixteen of a hundred', () => {
    const hundred = Array.from({ length: 100 }, (_, i) =>
      cname(i === 0 ? ASKED : `n${i}.example`, `n${i + 1}.example`),
    );
    expect(names(...hundred)).to.have.length(16);
    expect(names(...hundred.slice(1), hundred[0]!)).to.deep.equal([]);
  });

  it('takes a target of 255 octets, and none of more', () => {
    const label = (length: number) => octets([length], new Uint8Array(length).fill(0x61));
    const wire = (last: number) => octets(label(63), label(63), label(63), label(last), [0]);
    expect(names(cname(ASKED, wire(61)))[0]).to.have.length(254);
    expect(names(cname(ASKED, wire(62)))).to.deep.equal([]);
  });

  it('leads nobody who asks for the alias itself', () => {
    const answers = [cname(ASKED, 'a.example')];
    expect(read({ answers }, TYPE.CNAME).names).to.deep.equal([]);
    expect(read({ answers }, TYPE.MX).names).to.deep.equal(['a.example.']);
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
  });

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
