import { expect } from 'chai';
import fc from 'fast-check';
import { ZoneReader } from '../../../src/policy/zone-text/zone-text.ts';
import { formatName, lowerName, nameLength } from '../../../src/wire/name.ts';
import { anyName } from '../../world/arbitraries.ts';
import { ascii, TYPE } from '../../world/messages.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('policy/rpz/zone-text, for any zone', () => {
  it('reads back a zone written from any names', () => {
    const anyRule = fc.tuple(anyName, anyName, fc.constantFrom(' ', '\t', ' 300 IN ', '\t( \n '));
    fc.assert(
      fc.property(
        fc.array(anyRule),
        fc.constantFrom('\n', '\r\n', ' ; a (comment"\n'),
        (rules, end) => {
          const close = (blank: string) => (blank.includes('(') ? ')' : '');
          const lines = rules.map(
            ([owner, target, blank]) =>
              `${formatName(owner)}${blank}CNAME ${formatName(target)}${close(blank)}${end}`,
          );
          const reader = new ZoneReader(ascii(lines.join('')));
          for (const [owner, target] of rules) {
            expect(reader.next()).to.equal(true);
            expect(reader.owner.slice(0, reader.ownerLength)).to.deep.equal(lowerName(owner));
            expect(reader.target.slice(0, reader.targetLength)).to.deep.equal(lowerName(target));
            expect(reader.rdata()).to.deep.equal(target);
          }
          expect(reader.next()).to.equal(false);
          expect(reader.problems.kept).to.deep.equal([]);
        },
      ),
    );
  });

  it('comes to an end on any octets, and gives whole records only', () => {
    const words = fc.constantFrom(
      ...['@', '.', 'a.b', '*', '$ORIGIN', '$TTL', 'IN', '300', '1h', 'A', 'AAAA', 'CNAME', 'TXT'],
      ...[
        'SOA',
        'MX',
        'HTTPS',
        'CAA',
        'TYPE1',
        '\\#',
        '4',
        '0a000001',
        '192.0.2.1',
        '::1',
        '\\256',
      ],
      ...[
        'alpn=h2',
        '"a b"',
        '"',
        '(',
        ')',
        ';',
        '\\',
        '\n',
        '\n ',
        '\r\n',
        ' ',
        '\t',
        '\ufeff',
        'ü',
      ],
    );
    const anyText = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .array(fc.tuple(words, fc.constantFrom('', ' ')))
        .map((parts) => utf8(parts.flat().join(''))),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const reader = new ZoneReader(text);
        let entries = 0;
        while (reader.next()) {
          expect(++entries).to.be.at.most(text.length);
          expect(nameLength(reader.owner)).to.equal(reader.ownerLength);
          expect(reader.ownerLength).to.be.within(1, 255);
          if (reader.type === TYPE.CNAME) {
            expect(nameLength(reader.target)).to.equal(reader.targetLength);
          }
          const before = reader.problems.count;
          const isWrong = reader.rdata() === undefined;
          expect(reader.problems.count - before).to.equal(isWrong ? 1 : 0);
        }
        expect(reader.next()).to.equal(false);
        for (const { line, column } of reader.problems.kept)
          expect(Math.min(line, column)).to.be.above(0);
      }),
      { numRuns: 500 },
    );
  });
});
