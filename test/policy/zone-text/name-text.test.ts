import { expect } from 'chai';
import fc from 'fast-check';
import { AS_WRITTEN, NameText } from '../../../src/policy/zone-text/name-text.ts';
import { LOWER } from '../../../src/wire/name.ts';
import { anyName } from '../../world/arbitraries.ts';
import { ascii, name, octets } from '../../world/messages.ts';

const ORIGIN = name('Rpz.Example');

function read(text: string, letters = AS_WRITTEN, origin = ORIGIN): Uint8Array | string {
  const reader = new NameText(letters);
  const isName = reader.read(ascii(text), 0, text.length, origin);
  expect(reader.length > 0).to.equal(isName);
  return isName ? reader.octets.slice(0, reader.length) : reader.expected;
}

describe('policy/rpz/name-text', () => {
  const label = 'x'.repeat(63);
  const names = [
    { text: '@', wire: ORIGIN },
    { text: '.', wire: name('.') },
    { text: 'Bad', wire: name('Bad.Rpz.Example') },
    { text: 'bad.', wire: name('bad') },
    { text: '*.bad.example', wire: name('*.bad.example.Rpz.Example') },
    { text: '\\@', wire: octets([1], ascii('@'), ORIGIN) },
    { text: 'a\\.b\\ c.', wire: octets([5], ascii('a.b c'), [0]) },
    { text: '\\000\\255.', wire: octets([2, 0, 255, 0]) },
    { text: `${label}.`, wire: name(label) },
    {
      text: `${`${label}.`.repeat(3)}${'x'.repeat(61)}.`,
      wire: name(`${`${label}.`.repeat(3)}${'x'.repeat(61)}`),
    },
  ];
  for (const { text, wire } of names) {
    it(`reads ${text.slice(0, 40)}`, () => {
      expect(read(text)).to.deep.equal(wire);
    });
  }

  it('turns letters into lower case, those of the origin too', () => {
    expect(read('B\\065D', LOWER)).to.deep.equal(name('bad.rpz.example'));
  });

  it('tells an absolute name from a relative one', () => {
    const reader = new NameText();
    const isAbsolute = (text: string) => {
      reader.read(ascii(text), 0, text.length, ORIGIN);
      return reader.isAbsolute;
    };
    expect(['.', 'a.', 'a\\\\.'].map(isAbsolute)).to.deep.equal([true, true, true]);
    expect(['@', 'a', 'a\\.', ''].map(isAbsolute)).to.deep.equal([false, false, false, false]);
  });

  const wrong = [
    { text: '', expected: 'a name' },
    { text: 'a..b', expected: 'a label before each dot' },
    { text: '.a', expected: 'a label before each dot' },
    { text: '..', expected: 'a label before each dot' },
    { text: `${label}x`, expected: 'labels of at most 63 octets' },
    { text: `${label}x.a`, expected: 'labels of at most 63 octets' },
    { text: `${'a.'.repeat(127)}a.`, expected: 'a name of at most 255 octets with its origin' },
    { text: `${'a.'.repeat(122)}a`, expected: 'a name of at most 255 octets with its origin' },
    { text: 'a'.repeat(1000), expected: 'a name of at most 255 octets with its origin' },
    { text: '\\256', expected: 'a backslash before a character or before three digits up to 255' },
    { text: '\\25', expected: 'a backslash before a character or before three digits up to 255' },
    { text: 'a\\', expected: 'a backslash before a character or before three digits up to 255' },
    { text: 'b\xfccher', expected: 'ASCII, an internationalised name in its xn-- form' },
  ];
  for (const { text, expected } of wrong) {
    it(`expects ${expected} of "${text.slice(0, 20)}", ${text.length} octets long`, () => {
      expect(read(text)).to.equal(expected);
    });
  }

  it('reads any name, however its octets are written', () => {
    fc.assert(
      fc.property(anyName, fc.infiniteStream(fc.boolean()), (wire, isPlain) => {
        const text = present(wire, () => isPlain.next().value === true);
        expect(read(text)).to.deep.equal(wire);
      }),
    );
  });
});

/** The presentation format with plain octets where they may be plain and `isPlain` says so. */
function present(wire: Uint8Array, isPlain: () => boolean): string {
  let text = '';
  for (let at = 0; wire[at] !== 0; at += wire[at]! + 1) {
    for (const octet of wire.subarray(at + 1, at + 1 + wire[at]!)) {
      const character = String.fromCharCode(octet);
      if (/[\w-]/.test(character) && isPlain()) text += character;
      else if (/[^\d]/.test(character) && isPlain()) text += `\\${character}`;
      else text += `\\${String(octet).padStart(3, '0')}`;
    }
    text += '.';
  }
  return text === '' ? '.' : text;
}
