import { expect } from 'chai';
import fc from 'fast-check';
import {
  expandName,
  formatName,
  lowerName,
  nameLength,
  parentName,
  parseName,
  skipName,
} from '../../src/wire/name.ts';
import { anyName, anyOctets } from '../world/arbitraries.ts';
import { ascii, name, octets, pointer } from '../world/messages.ts';

const LABEL_63 = 'a'.repeat(63);
/** 3 * 64 + 62 + 1: the longest name there is. */
const NAME_255 = [LABEL_63, LABEL_63, LABEL_63, 'b'.repeat(61)].join('.');
const NAME_256 = `${NAME_255}b`;

describe('wire/name parentName', () => {
  it('leaves out the first label, and of the root there is none', () => {
    const wire = Uint8Array.from(name('www.example'));
    expect(parentName(wire)).to.deep.equal(Uint8Array.from(name('example')));
    expect(parentName(Uint8Array.of(0))).to.equal(undefined);
  });
});

describe('wire/name skipName', () => {
  const cases = [
    { what: 'the root', octets: [0], end: 1 },
    { what: 'labels up to the root', octets: name('www.example'), end: 13 },
    { what: 'a pointer, which it does not follow', octets: pointer(0x3fff), end: 2 },
    { what: 'labels up to a pointer', octets: octets([1, 0x61], pointer(0)), end: 4 },
    { what: 'a label of 63 octets', octets: name(LABEL_63), end: 65 },
    { what: 'a name of 255 octets', octets: name(NAME_255), end: 255 },
    { what: 'a name of 256 octets', octets: name(NAME_256), end: -1 },
    { what: 'a label of 64 octets', octets: [64, ...ascii('a'.repeat(64)), 0], end: -1 },
    { what: 'a label type 10', octets: [0x80, 0], end: -1 },
    { what: 'a name without its root', octets: [1, 0x61], end: -1 },
    { what: 'a label that runs over the end', octets: [5, 0x61], end: -1 },
    { what: 'half a pointer', octets: [0xc0], end: -1 },
    { what: 'nothing', octets: [], end: -1 },
  ];
  for (const { what, octets: given, end } of cases) {
    it(`${end < 0 ? 'does not pass' : 'passes'} ${what}`, () => {
      const message = octets([0xee, 0xee], given);
      expect(skipName(message, 2, message.length)).to.equal(end < 0 ? -1 : 2 + end);
    });
  }

  it('stops at the end it is given, not at the end of the buffer', () => {
    expect(skipName(name('www.example'), 0, 12)).to.equal(-1);
    expect(skipName(pointer(0), 0, 1)).to.equal(-1);
  });
});

describe('wire/name expandName', () => {
  const out = new Uint8Array(255);
  const expand = (message: Uint8Array, at: number) => {
    const length = expandName(message, at, message.length, out);
    return length < 0 ? undefined : [...out.subarray(0, length)];
  };
  /** `example` at 0, `www` and a pointer to it at 9, a pointer to that at 15. */
  const compressed = octets(name('example'), [3], ascii('WWW'), pointer(0), pointer(9));

  it('copies a name without pointers', () => {
    expect(expand(compressed, 0)).to.deep.equal([...name('example')]);
  });

  it('follows pointers and keeps the case', () => {
    expect(expand(compressed, 9)).to.deep.equal([...name('WWW.example')]);
    expect(expand(compressed, 15)).to.deep.equal([...name('WWW.example')]);
  });

  it('expands to 255 octets', () => {
    const message = octets(name(NAME_255), pointer(0));
    expect(expand(message, 255)).to.deep.equal([...name(NAME_255)]);
  });

  const malformed = [
    { what: 'a pointer to itself', message: pointer(0), at: 0 },
    { what: 'a pointer to its own labels', message: octets([1, 0x61], pointer(0)), at: 0 },
    { what: 'a forward pointer', message: octets(pointer(2), [0]), at: 0 },
    { what: 'two pointers to each other', message: octets(pointer(2), pointer(0)), at: 2 },
    {
      what: 'a loop through labels',
      message: octets([1, 0x61], pointer(4), [1, 0x62], pointer(0)),
      at: 4,
    },
    { what: 'a pointer behind the end', message: octets([0], pointer(0x3fff)), at: 1 },
    {
      what: 'a loop before the name',
      message: octets(pointer(2), pointer(0), pointer(0)),
      at: 4,
    },
    { what: 'half a pointer at the end', message: octets([0, 0xc0]), at: 1 },
    { what: 'a label that runs over the end', message: octets([9], ascii('short')), at: 0 },
    { what: 'a name without its root', message: octets([1, 0x61]), at: 0 },
    { what: 'a label type 01', message: octets([0x41], new Uint8Array(66)), at: 0 },
    { what: 'a label type 10', message: octets([0x80], new Uint8Array(129)), at: 0 },
    { what: 'a name of 256 octets', message: name(NAME_256), at: 0 },
    {
      what: 'more than 255 octets by pointer',
      message: octets(name(NAME_255), [1, 0x61], pointer(0)),
      at: 255,
    },
  ];
  for (const { what, message, at } of malformed) {
    it(`does not take ${what}`, () => {
      expect(expand(message, at)).to.equal(undefined);
    });
  }

  it('ends on any octets, within 255', () => {
    fc.assert(
      fc.property(anyOctets, fc.nat(), (message, at) => {
        const length = expandName(message, at % message.length, message.length, out);
        expect(length).to.satisfy((n: number) => n === -1 || (n >= 1 && n <= 255));
        if (length > 0) expect(nameLength(out)).to.equal(length);
      }),
    );
  });
});

describe('wire/name presentation format', () => {
  const cases = [
    { wire: [0], text: '.' },
    { wire: name('www.Example.com'), text: 'www.Example.com.' },
    { wire: [3, 0x61, 0x2e, 0x62, 0], text: 'a\\.b.' },
    { wire: [3, 0x61, 0x00, 0x62, 0], text: 'a\\000b.' },
    { wire: [3, 0xff, 0x20, 0x7f, 0], text: '\\255\\032\\127.' },
    { wire: [2, 0xc3, 0xbc, 0], text: '\\195\\188.' },
    { wire: [1, 0x5c, 0], text: '\\\\.' },
    { wire: [7, ...ascii('";()@$*'), 0], text: '\\"\\;\\(\\)\\@\\$*.' },
    { wire: [2, 0x0a, 0x0d, 0], text: '\\010\\013.' },
  ];
  for (const { wire, text } of cases) {
    it(`writes and reads ${text}`, () => {
      expect(formatName(Uint8Array.from(wire))).to.equal(text);
      expect(parseName(text)).to.deep.equal(Uint8Array.from(wire));
    });
  }

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(anyName, (wire) => {
        expect(parseName(formatName(wire))).to.deep.equal(wire);
      }),
    );
  });

  it('writes nothing but printable ASCII', () => {
    fc.assert(
      fc.property(anyName, (wire) => {
        expect(formatName(wire)).to.match(/^[!-~]+$/);
      }),
    );
  });

  it('writes a name that stands within other octets', () => {
    expect(formatName(octets([7, 7], name('a.b'), [7]), 2)).to.equal('a.b.');
  });

  it('takes a name without its final dot as absolute', () => {
    expect(parseName('example.com')).to.deep.equal(name('example.com'));
  });

  it('takes escapes of any character but a digit', () => {
    expect(parseName('\\a\\.\\-')).to.deep.equal(octets([3], ascii('a.-'), [0]));
  });

  it('takes labels of 63 octets and names of 255', () => {
    expect(parseName(NAME_255)).to.deep.equal(name(NAME_255));
    expect(parseName(`${NAME_255}.`)).to.deep.equal(name(NAME_255));
  });

  const IDN = '(an internationalized label is written as xn--…)';
  const wrong = [
    { text: '', says: 'no labels' },
    { text: '..', says: 'an empty label' },
    { text: '.com', says: 'an empty label' },
    { text: 'a..com', says: 'an empty label' },
    { text: 'a.com..', says: 'an empty label' },
    { text: `${LABEL_63}a.com`, says: 'a label of more than 63 octets' },
    { text: NAME_256, says: 'a name of more than 255 octets' },
    { text: 'bücher.example', says: `"ü", which is not ASCII ${IDN}` },
    { text: '😀.example', says: `"😀", which is not ASCII ${IDN}` },
    { text: 'a\\256', says: '"\\256", which is not an octet of a name' },
    { text: 'a\\25', says: '"\\2", which is not an octet of a name' },
    { text: 'a\\9', says: '"\\9", which is not an octet of a name' },
    { text: 'a\\0.', says: '"\\0", which is not an octet of a name' },
    { text: '\u0080', says: `"\u0080", which is not ASCII ${IDN}` },
    { text: '\\\u0080', says: '"\\\u0080", which is not an octet of a name' },
    { text: 'a\\', says: '"\\", which is not an octet of a name' },
    { text: 'a\\ü', says: '"\\ü", which is not an octet of a name' },
  ];
  for (const { text, says } of wrong) {
    it(`finds ${says} in ${JSON.stringify(text.slice(0, 20))}`, () => {
      expect(parseName(text)).to.equal(says);
    });
  }

  it('reads any text without throwing', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'aA.\\0259ü😀'), maxLength: 80 }),
        (text) => {
          const wire = parseName(text);
          if (typeof wire !== 'string') expect(nameLength(wire)).to.equal(wire.length);
        },
      ),
    );
  });
});

describe('wire/name labels and case', () => {
  it('counts octets', () => {
    expect(nameLength(name('.'))).to.equal(1);
    expect(nameLength(name('www.example.com'))).to.equal(17);
  });

  it('lowers ASCII letters and nothing else', () => {
    const all = Uint8Array.from({ length: 63 }, (_, i) => 0x40 + i);
    const high = Uint8Array.from({ length: 63 }, (_, i) => 0xc0 + i);
    const lowered = lowerName(octets([63], all, [63], high, [0]));
    expect(lowered.subarray(1, 64)).to.deep.equal(
      Uint8Array.from(all, (octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 32 : octet)),
    );
    expect(lowered.subarray(65, 128)).to.deep.equal(high);
  });

  it('leaves the name it lowers as it is', () => {
    const wire = name('A');
    lowerName(wire);
    expect(wire).to.deep.equal(name('A'));
  });
});
