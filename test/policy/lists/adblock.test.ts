import { expect } from 'chai';
import fc from 'fast-check';
import { list } from './read.ts';

interface AdblockRule {
  readonly name: string;
  readonly wildcard: boolean;
  readonly except: boolean;
}

describe('policy/lists/adblock', () => {
  it('lists the domain of ||name^ and all below it', () => {
    const { judged, ignored } = list(
      'adblock',
      '||example.com^\n||*.example.org^\r\n||EXAMPLE.net^|',
    );
    expect(ignored).to.deep.equal([]);
    const owners = ['example.com', 'a.example.com', 'example.org', 'a.example.org', 'example.net'];
    expect(owners.map(judged)).to.deep.equal([
      'nxdomain by ads/example.com at ads.txt:1',
      'nxdomain by ads/example.com at ads.txt:1',
      'no rule',
      'nxdomain by ads/*.example.org at ads.txt:2',
      'nxdomain by ads/example.net at ads.txt:3',
    ]);
  });

  const exceptions: readonly (readonly [string, string, string])[] = [
    ['||a.b^ @@||a.b^', 'a.b', 'pass at 2'],
    ['@@||a.b^ ||a.b^', 'a.b', 'pass at 1'],
    ['||b^ @@||a.b^', 'a.b', 'pass at 2'],
    ['||b^ @@||a.b^', 'x.a.b', 'pass at 2'],
    ['||b^ @@||a.b^', 'c.b', 'nxdomain by ads/b at ads.txt:1'],
    ['||a.b^ @@||b^', 'a.b', 'pass at 2'],
    ['||a.b^ @@||b^', 'x.a.b', 'pass at 2'],
    ['||*.a.b^ @@||b^', 'x.a.b', 'pass at 2'],
    ['||*.b^ @@||b^', 'a.b', 'pass at 2'],
    ['||b^ @@||*.b^', 'a.b', 'pass at 2'],
    ['||b^ @@||*.b^', 'b', 'nxdomain by ads/b at ads.txt:1'],
    ['||a.b^ @@||*.b^', 'a.b', 'pass at 2'],
  ];
  for (const [rules, owner, expected] of exceptions) {
    it(`judges ${owner} by ${rules}: ${expected}`, () => {
      expect(list('adblock', rules.replace(' ', '\n')).judged(owner)).to.equal(expected);
    });
  }

  it('lets an exception win over every rule, whatever their order', () => {
    const anyRule: fc.Arbitrary<AdblockRule> = fc.record({
      name: fc
        .array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 3 })
        .map((labels) => labels.join('.')),
      wildcard: fc.boolean(),
      except: fc.boolean(),
    });
    const text = ({ name, wildcard, except }: AdblockRule) =>
      `${except ? '@@' : ''}||${wildcard ? '*.' : ''}${name}^`;
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 6 }), anyRule, (rules, { name: owner }) => {
        const matching = rules.filter(
          ({ name, wildcard }) => owner.endsWith(`.${name}`) || (!wildcard && owner === name),
        );
        const expected = matching.some(({ except }) => except)
          ? 'pass'
          : matching.length > 0
            ? 'nxdomain'
            : 'no';
        const { judged } = list('adblock', rules.map(text).join('\n'));
        expect(judged(owner).split(' ')[0]).to.equal(expected);
      }),
    );
  });

  it('passes over comments and headers', () => {
    const text = '[Adblock Plus 2.0]\n! Title: ads\n# more\n#more\n;\n\n||a.example^\n';
    const { ignored, judged } = list('adblock', text);
    expect(ignored).to.deep.equal([]);
    expect(judged('a.example')).to.include('ads.txt:7');
  });

  const kinds: readonly (readonly [string, string])[] = [
    ['||bad.example^$third-party', 'option third-party'],
    ['||bad.example^$~third-party', 'option third-party'],
    ['||bad.example$image', 'option image'],
    ['||bad.example^$domain=a.example|b.example', 'option domain'],
    ['||bad.example^$xyzzy=1', 'option of another kind'],
    ['||bad.example/ads/', 'a path'],
    ['||bad.example^ads/', 'a path'],
    ['/banner/ads.', 'a path'],
    ['|https://bad.example/', 'a path'],
    ['/ads[0-9]+/$image', 'option image'],
    ['/(?!good)bad/', 'a regular expression that RE2 does not take'],
    ['/(bad/', 'a regular expression that RE2 does not take'],
    ['/^https?:\\/\\/bad\\.example/', 'a regular expression on a path'],
    ['@@||bad.example^$third-party', 'exception, option third-party'],
    ['@@||bad.example/ads/', 'exception, a path'],
    ['@@/(?=bad)/', 'exception, a regular expression that RE2 does not take'],
    ['@@||bad.example', 'exception, no ^ at the end'],
    ['@@bad.*', 'exception, a pattern'],
    ['@@||bad.example^$dnsrewrite=192.0.2.1', 'exception, option dnsrewrite'],
    ['||bad.example^$dnsrewrite', 'option dnsrewrite'],
    ['||bad.example^$dnsrewrite=NOERROR;TXT;x', 'option dnsrewrite'],
    ['||bad.example^$dnsrewrite=SERVFAIL', 'option dnsrewrite'],
    ['||bad.example^$dnstype=XYZZY', 'option dnstype'],
    ['||bad.example^$denyallow=bad/name', 'option denyallow'],
    ['||bad.example^$client=192.0.2.1', 'option client'],
    ['||bad.example^$important,image', 'option image'],
    ['||bad.example^$third\rparty', 'option of another kind'],
    ['|bad.example', 'a pattern'],
    ['bad.example^', 'a pattern'],
    ['.bad.example', 'a pattern'],
    [
      '10.0.0.5 bad.example',
      'an address where the host can be reached: localRecords answers with it',
    ],
    ['##.banner', 'cosmetic'],
    ['bad.example##.banner', 'cosmetic'],
    ['bad.example#@#.banner', 'cosmetic'],
    ['bad.example#?#.banner', 'cosmetic'],
    ['#$#body { margin: 0 }', 'cosmetic'],
    ['bad.example#%#//scriptlet()', 'cosmetic'],
    ['bad.example$$script[tag-content="x"]', 'cosmetic'],
    ['||bad.example', 'no ^ at the end'],
    ['||ads*.bad.example^', 'a pattern'],
    ['||bad.*^', 'a pattern'],
    ['-banner-', 'a pattern'],
    ['||bücher.example^', 'a pattern'],
    ['||192.0.2.1^', 'a pattern'],
    ['||a.example^', 'duplicate'],
  ];
  for (const [line, kind] of kinds) {
    it(`counts ${line} as ${kind}, and takes the others`, () => {
      const { ignored, judged, problems } = list('adblock', `||a.example^\n${line}\n||b.example^`);
      expect(ignored).to.deep.equal([`${kind}: 1 (2)`]);
      expect(problems).to.deep.equal([]);
      expect(judged('bad.example')).to.equal('no rule');
      expect(judged('a.example')).to.include('ads.txt:1');
      expect(judged('b.example')).to.include('ads.txt:3');
    });
  }

  it('counts a second exception for a name', () => {
    expect(list('adblock', '@@||a.b^\n@@||a.b^').ignored).to.deep.equal(['duplicate: 1 (2)']);
  });
});
