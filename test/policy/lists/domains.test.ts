import { expect } from 'chai';
import fc from 'fast-check';
import { list } from './read.ts';

describe('policy/lists/domains', () => {
  const covered: readonly (readonly [string, string, string])[] = [
    ['example.com', 'example.com', 'nxdomain by ads/example.com at ads.txt:1'],
    ['example.com', 'a.b.Example.COM', 'nxdomain by ads/example.com at ads.txt:1'],
    ['example.com', 'com', 'no rule'],
    ['example.com', 'badexample.com', 'no rule'],
    ['EXAMPLE.com.', 'www.example.com', 'nxdomain by ads/example.com at ads.txt:1'],
    ['*.example.com', 'a.example.com', 'nxdomain by ads/*.example.com at ads.txt:1'],
    ['*.example.com', 'example.com', 'no rule'],
    ['zip', 'a.zip', 'nxdomain by ads/zip at ads.txt:1'],
    ['_tcp.a-b.example', '_tcp.a-b.example', 'nxdomain by ads/_tcp.a-b.example at ads.txt:1'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example', 'nxdomain by ads/xn--bcher-kva.example at'],
    ['1.2.3.example', '1.2.3.example', 'nxdomain by ads/1.2.3.example at ads.txt:1'],
  ];
  for (const [line, owner, expected] of covered) {
    it(`reads ${line}: ${owner} is ${expected}`, () => {
      expect(list('domains', line).judged(owner)).to.include(expected);
    });
  }

  it('finds the name with the most labels, of two the wildcard below its name', () => {
    const { judged } = list('domains', 'b.c\n*.b.c\nc\na.b.c\n');
    expect(['c', 'x.c', 'b.c', 'x.b.c', 'x.a.b.c'].map(judged)).to.deep.equal([
      'nxdomain by ads/c at ads.txt:3',
      'nxdomain by ads/c at ads.txt:3',
      'nxdomain by ads/b.c at ads.txt:1',
      'nxdomain by ads/*.b.c at ads.txt:2',
      'nxdomain by ads/a.b.c at ads.txt:4',
    ]);
  });

  it('passes over comments and empty lines, CRLF, tabs and a byte order mark', () => {
    const text = [
      '\ufeff# a list',
      '',
      '! version 1',
      '; more',
      '  a.example\t# why',
      'b.example ; why',
      '\t',
      'c.example',
    ];
    for (const end of ['\n', '\r\n']) {
      const { judged, ignored, count } = list('domains', text.join(end));
      expect(ignored).to.deep.equal([]);
      expect(count).to.equal(3);
      expect(judged('a.example')).to.equal('nxdomain by ads/a.example at ads.txt:5');
      expect(judged('b.example')).to.equal('nxdomain by ads/b.example at ads.txt:6');
      expect(judged('c.example')).to.equal('nxdomain by ads/c.example at ads.txt:8');
    }
  });

  const label = 'a'.repeat(63);
  const longest = `${label}.${label}.${label}.${'a'.repeat(61)}`;
  const garbage: readonly (readonly [string, string])[] = [
    ['two words', 'more than one word'],
    ['0.0.0.0 bad.example', 'more than one word'],
    ['192.0.2.1', 'an address in place of a name'],
    ['2001:db8::1', 'not a name'],
    ['https://bad.example/', 'not a name'],
    ['||bad.example^', 'not a name'],
    ['a..example', 'not a name'],
    ['.example', 'not a name'],
    ['a.*.example', 'not a name'],
    ['*bad.example', 'not a name'],
    ['a\\.example', 'not a name'],
    [`${label}a.example`, 'not a name'],
    [`${longest}a`, 'not a name'],
    [`${'a.'.repeat(127)}a`, 'not a name'],
    ['bücher.example', 'not ASCII: expect the xn-- form of an internationalised name'],
    ['.', 'all names there are'],
    ['*.', 'all names there are'],
    ['*', 'not a name'],
    ['bad\x01.example', 'not a name'],
  ];
  for (const [line, kind] of garbage) {
    it(`counts ${JSON.stringify(line.slice(0, 30))} as ${kind}, and takes the others`, () => {
      const { ignored, judged, problems } = list('domains', `a.example\n${line}\nb.example`);
      expect(ignored).to.deep.equal([`${kind}: 1 (2)`]);
      expect(problems).to.deep.equal([]);
      expect(judged('a.example')).to.include('ads.txt:1');
      expect(judged('b.example')).to.include('ads.txt:3');
    });
  }

  it('takes names of 255 octets', () => {
    const { judged, ignored } = list('domains', `${longest}\n${'a.'.repeat(126)}b`);
    expect(ignored).to.deep.equal([]);
    expect(judged(longest)).to.include('ads.txt:1');
    expect(judged(`${'a.'.repeat(126)}b`)).to.include('ads.txt:2');
  });

  it('counts each kind with its first three lines, second lines for a name among them', () => {
    const { ignored, judged } = list('domains', 'a.b\n/\n/\na.B.\n/\n/\nx y');
    expect(ignored).to.deep.equal([
      'not a name: 4 (2, 3, 5)',
      'duplicate: 1 (4)',
      'more than one word: 1 (7)',
    ]);
    expect(judged('a.b')).to.include('ads.txt:1');
  });

  it('lists what a naive search finds', () => {
    const anyName = fc
      .array(fc.constantFrom('a', 'b', 'cc'), { minLength: 1, maxLength: 4 })
      .map((labels) => labels.join('.'));
    const anyLine = fc.tuple(fc.boolean(), anyName);
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 8 }), anyName, (lines, owner) => {
        const { judged } = list(
          'domains',
          lines.map(([w, n]) => `${w ? '*.' : ''}${n}`).join('\n'),
        );
        const isListed = lines.some(
          ([wildcard, name]) => owner.endsWith(`.${name}`) || (!wildcard && owner === name),
        );
        expect(judged(owner) !== 'no rule').to.equal(isListed);
      }),
    );
  });
});
