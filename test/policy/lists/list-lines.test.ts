import { expect } from 'chai';
import { ListLines } from '../../../src/policy/lists/list-lines.ts';
import { list } from './read.ts';

describe('policy/lists/list-lines', () => {
  const blanks: readonly (readonly [string, string])[] = [
    ['a no-break space', '\u00a0'],
    ['a space of no width', '\u200b'],
    ['a word joiner', '\u2060'],
    ['a byte order mark', '\ufeff'],
    ['a tab', '\t'],
    ['a carriage return', '\r'],
  ];
  for (const [what, blank] of blanks) {
    it(`passes over ${what} before and behind a name, and within a line`, () => {
      for (const text of [
        `${blank}a.example`,
        `a.example${blank}${blank}`,
        `a.example${blank}# x`,
      ]) {
        const { judged, ignored } = list('domains', `b.example\n${text}\nc.example`);
        expect(ignored, JSON.stringify(text)).to.deep.equal([]);
        expect(judged('a.example')).to.equal('nxdomain by ads/a.example at ads.txt:2');
      }
      const { judged, ignored } = list('hosts', `0.0.0.0${blank}a.example${blank} b.example`);
      expect(ignored).to.deep.equal([]);
      expect([judged('a.example'), judged('b.example')].join()).to.match(/^nxdomain.*,nxdomain/);
      expect(list('adblock', `||a.example^${blank}`).judged('a.example')).to.include('nxdomain');
    });
  }

  it('takes lists that were put one behind the other, each with its mark', () => {
    const { judged, ignored } = list('domains', '\ufeffa.example\n\ufeff# two\n\ufeffb.example\n');
    expect(ignored).to.deep.equal([]);
    expect(judged('b.example')).to.include('ads.txt:3');
  });

  it('takes a comment that stands right behind a name', () => {
    for (const [format, text] of [
      ['domains', 'a.example#why not'],
      ['hosts', '0.0.0.0 a.example#why not'],
      ['adblock', 'a.example#why not'],
    ] as const) {
      const { judged, ignored } = list(format, text);
      expect(ignored, format).to.deep.equal([]);
      expect(judged('a.example'), format).to.include('nxdomain');
    }
  });

  it('leaves other letters where they are', () => {
    for (const text of ['bü', 'ü', '\u00e2\u20ac', 'a\u2028', 'ä\u00a0']) {
      const octets = new TextEncoder().encode(text);
      const lines = new ListLines(octets);
      expect(lines.next()).to.equal(true);
      const read = new TextDecoder().decode(octets.subarray(lines.at, lines.end));
      expect(read).to.equal(text.replace('\u00a0', ''));
    }
  });

  it('ends with a blank that is cut off', () => {
    for (const octets of [[0xe2, 0x80], [0xc2], [0x61, 0xef, 0xbb]]) {
      const lines = new ListLines(Uint8Array.from(octets));
      expect(lines.next()).to.equal(true);
      expect([lines.at, lines.end]).to.deep.equal([0, octets.length]);
      expect(lines.next()).to.equal(false);
    }
  });
});
