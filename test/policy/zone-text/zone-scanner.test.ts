import { expect } from 'chai';
import { ZoneScanner } from '../../../src/policy/zone-text/zone-scanner.ts';
import { ascii, octets } from '../../world/messages.ts';

/** Each entry: its line, and its fields as written; `_` stands for a blank in place of an owner. */
function scan(text: string | Uint8Array): (string | number)[][] {
  const scanner = new ZoneScanner(typeof text === 'string' ? ascii(text) : text);
  const entries: (string | number)[][] = [];
  while (scanner.next()) {
    const fields = Array.from({ length: scanner.count }, (_, i) => scanner.format(i));
    entries.push([scanner.line, ...(scanner.startsBlank ? ['_'] : []), ...fields]);
  }
  return entries;
}

describe('policy/rpz/zone-scanner', () => {
  const texts: readonly { when: string; text: string; entries: (string | number)[][] }[] = [
    { when: 'nothing', text: '', entries: [] },
    { when: 'blanks and comments', text: '\n \t\r\n; a\n  ; b ( "\n;', entries: [] },
    {
      when: 'fields',
      text: 'a  b\tc\nd',
      entries: [
        [1, 'a', 'b', 'c'],
        [2, 'd'],
      ],
    },
    {
      when: 'CRLF',
      text: 'a b\r\n\r\nc\r\n',
      entries: [
        [1, 'a', 'b'],
        [3, 'c'],
      ],
    },
    {
      when: 'a blank owner',
      text: 'a\n b\n\tc',
      entries: [
        [1, 'a'],
        [2, '_', 'b'],
        [3, '_', 'c'],
      ],
    },
    {
      when: 'a comment behind a field',
      text: 'a;b\nc',
      entries: [
        [1, 'a'],
        [2, 'c'],
      ],
    },
    {
      when: 'parentheses over lines',
      text: 'a ( b ; c\n\n d)e\nf',
      entries: [
        [1, 'a', 'b', 'd', 'e'],
        [4, 'f'],
      ],
    },
    {
      when: 'parentheses in each other',
      text: '(a(b\n)c\n)d\ne',
      entries: [
        [1, 'a', 'b', 'c', 'd'],
        [4, 'e'],
      ],
    },
    {
      when: 'quoted strings',
      text: '"a b" "" c"d"e"f;()"',
      entries: [[1, '"a b"', '""', 'c', '"d"', 'e', '"f;()"']],
    },
    {
      when: 'escapes',
      text: 'a\\ b \\"c "d\\"e" \\; \\( f\\',
      entries: [[1, 'a\\ b', '\\"c', '"d\\"e"', '\\;', '\\(', 'f\\']],
    },
    {
      when: 'a backslash at the end of a line',
      text: 'a\\\nb\\\r\nc',
      entries: [
        [1, 'a\\'],
        [2, 'b\\'],
        [3, 'c'],
      ],
    },
    { when: 'a long field', text: 'x'.repeat(61), entries: [[1, `${'x'.repeat(60)}…`]] },
    { when: 'other octets', text: '\x00\x7f\xff', entries: [[1, '\\000\\127\\255']] },
  ];
  for (const { when, text, entries } of texts) {
    it(`reads ${when}`, () => {
      expect(scan(text)).to.deep.equal(entries);
    });
  }

  it('passes over a byte order mark', () => {
    expect(scan(octets([0xef, 0xbb, 0xbf], ascii('a b')))).to.deep.equal([[1, 'a', 'b']]);
    expect(scan(octets([0xef, 0xbb, 0xbf], ascii(' b')))).to.deep.equal([[1, '_', 'b']]);
  });

  it('grows with the fields of an entry', () => {
    const many = Array.from({ length: 5000 }, (_, i) => String(i));
    expect(scan(`${many.join(' ')}\na`)).to.deep.equal([
      [1, ...many],
      [2, 'a'],
    ]);
  });

  it('gives tokens without their quotation marks', () => {
    const scanner = new ZoneScanner(ascii('a "b c" d'));
    scanner.next();
    expect(scanner.tokens(1)).to.deep.equal([
      { octets: ascii('b c'), quoted: true },
      { octets: ascii('d'), quoted: false },
    ]);
  });

  const faults = [
    { text: 'a (b\nc\n', fault: '"(" is not closed; expect a ")" behind it', at: 2 },
    { text: 'a b)', fault: '")" closes nothing; expect a "(" before it', at: 3 },
    {
      text: 'a "b\nc',
      fault: 'a quoted string without an end; expect a closing " on the same line',
      at: 2,
    },
    {
      text: `a${' a'.repeat(65_539)}`,
      fault: 'a record of too many fields; expect 65539 at most',
      at: 131_078,
    },
    { text: ') ) "', fault: '")" closes nothing; expect a "(" before it', at: 0 },
  ];
  for (const { text, fault, at } of faults) {
    it(`says of ${JSON.stringify(text.slice(0, 10))}: ${fault}`, () => {
      const scanner = new ZoneScanner(ascii(text));
      expect(scanner.next()).to.equal(true);
      expect([scanner.fault, scanner.faultAt]).to.deep.equal([fault, at]);
    });
  }

  it('goes on behind a fault with the next entry', () => {
    const scanner = new ZoneScanner(ascii('a "b\nc )\n(d "e\n) f\ng'));
    const faulty: boolean[] = [];
    while (scanner.next()) faulty.push(scanner.fault !== '');
    expect(faulty).to.deep.equal([true, true, true, false]);
  });

  it('counts columns in characters', () => {
    const text = new TextEncoder().encode('a\n"\u00fc\u{1f600}" b (\n\tc )');
    const scanner = new ZoneScanner(text);
    scanner.next();
    scanner.next();
    const places = [0, 1, 2].map((field) => scanner.placeOf(scanner.at[field]!));
    expect(places).to.deep.equal([
      { line: 2, column: 1 },
      { line: 2, column: 6 },
      { line: 3, column: 2 },
    ]);
  });
});
