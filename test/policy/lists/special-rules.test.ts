import { expect } from 'chai';
import { list } from './read.ts';

const [A, MX, AAAA] = [1, 15, 28];

describe('policy/lists/special-rules', () => {
  /** Rules divided by blanks, a name, a type, and what becomes of it. */
  const rows: readonly (readonly [string, string, number, string])[] = [
    // Exceptions for one name.
    ['||b^ @@|a.b^', 'a.b', A, 'pass'],
    ['||b^ @@|a.b^', 'x.a.b', A, 'nxdomain'],
    ['||a.b^ @@|a.b^', 'a.b', A, 'pass'],
    ['||a.b^ @@|a.b^', 'x.a.b', A, 'nxdomain'],
    ['@@|a.b^ ||a.b^', 'x.a.b', A, 'nxdomain'],
    ['|a.b^ @@||b^', 'a.b', A, 'pass'],
    ['|a.b^ ||*.a.b^ @@|a.b^', 'x.a.b', A, 'nxdomain'],
    ['@@|a.b^ @@||*.a.b^ ||b^', 'x.a.b', A, 'pass'],
    ['@@|a.b^ @@||a.b^ ||b^', 'x.a.b', A, 'pass'],
    ['||b^ @@||b^ @@|a.b^ ||a.b^', 'x.a.b', A, 'pass'],
    // $important: exceptions that are, blocks that are, exceptions, blocks.
    ['||a.b^$important @@||a.b^', 'a.b', A, 'nxdomain'],
    ['||a.b^$important @@||a.b^', 'x.a.b', A, 'nxdomain'],
    ['||a.b^$important @@||a.b^$important', 'a.b', A, 'pass'],
    ['||b^$important @@||a.b^$important', 'b', A, 'nxdomain'],
    ['||a.b^ @@||a.b^$important', 'a.b', A, 'pass'],
    ['|a.b^$important', 'x.a.b', A, 'no'],
    ['||*.b^$important', 'b', A, 'no'],
    ['||*.b^$important', 'a.b', A, 'nxdomain'],
    // $badfilter, in any order.
    ['||a.b^ ||a.b^$badfilter', 'a.b', A, 'no'],
    ['||a.b^$badfilter ||a.b^', 'a.b', A, 'no'],
    ['||a.b^ ||a.b^$important,badfilter', 'a.b', A, 'nxdomain'],
    ['||a.b^$important ||a.b^$badfilter,important', 'a.b', A, 'no'],
    ['||a.b^ @@||a.b^ @@||a.b^$badfilter', 'a.b', A, 'nxdomain'],
    ['||badfilter.b^', 'badfilter.b', A, 'nxdomain'],
    // $denyallow.
    ['||b^$denyallow=a.b|c.b', 'b', A, 'nxdomain'],
    ['||b^$denyallow=a.b|c.b', 'x.a.b', A, 'no'],
    ['||b^$denyallow=a.b|c.b', 'd.b', A, 'nxdomain'],
    ['*$denyallow=com|net', 'x.com', A, 'no'],
    ['*$denyallow=com|net', 'x.org', A, 'nxdomain'],
    // $dnstype.
    ['||b^$dnstype=AAAA', 'a.b', AAAA, 'nxdomain'],
    ['||b^$dnstype=aaaa|mx', 'a.b', MX, 'nxdomain'],
    ['||b^$dnstype=AAAA', 'a.b', A, 'no'],
    ['||b^$dnstype=~AAAA', 'a.b', A, 'nxdomain'],
    ['||b^$dnstype=~AAAA|~A', 'a.b', A, 'no'],
    ['||*^$dnstype=TYPE15', 'any.name', MX, 'nxdomain'],
    ['||b^ @@||a.b^$dnstype=A', 'a.b', A, 'pass'],
    ['||b^ @@||a.b^$dnstype=A', 'a.b', AAAA, 'nxdomain'],
    ['||b^$dnstype=A @@||a.b^', 'a.b', A, 'pass'],
    ['||b^$dnstype=A ||b^$dnstype=MX', 'b', A, 'nxdomain'],
    ['||b^$dnstype=A ||b^$dnstype=MX', 'b', MX, 'nxdomain'],
    // $dnsrewrite goes before all others.
    ['||b^$dnsrewrite=NXDOMAIN', 'a.b', A, 'nxdomain'],
    ['||b^$dnsrewrite=REFUSED', 'a.b', A, 'refuse'],
    ['||b^$dnsrewrite=NOERROR', 'a.b', A, 'nodata'],
    ['||b^$dnsrewrite=NOERROR;;', 'a.b', A, 'nodata'],
    ['||b^$dnsrewrite=REFUSED;;', 'a.b', A, 'refuse'],
    ['||b^$dnsrewrite=192.0.2.1', 'a.b', A, 'answer'],
    ['||b^$dnsrewrite=2001:db8::1', 'a.b', AAAA, 'answer'],
    ['||b^$dnsrewrite=other.example', 'a.b', A, 'answer'],
    ['||b^$dnsrewrite=NOERROR;A;192.0.2.1 @@||b^$important', 'a.b', A, 'answer'],
    ['||b^$dnsrewrite=192.0.2.1 ||a.b^$dnsrewrite=REFUSED', 'a.b', A, 'refuse'],
    ['||a.b^$dnsrewrite=192.0.2.1 ||b^$dnsrewrite=REFUSED', 'a.b', A, 'refuse'],
    ['||b^$dnsrewrite=192.0.2.1 @@||a.b^$dnsrewrite', 'a.b', A, 'no'],
    ['||b^ ||b^$dnsrewrite=192.0.2.1 @@||a.b^$dnsrewrite', 'a.b', A, 'nxdomain'],
    ['||b^$dnstype=AAAA,dnsrewrite=NOERROR', 'b', AAAA, 'nodata'],
    ['||b^$dnstype=AAAA,dnsrewrite=NOERROR', 'b', A, 'no'],
    // Regular expressions.
    ['/^ad[0-9]+\\./', 'ad12.example', A, 'nxdomain'],
    ['/^ad[0-9]+\\./', 'x.ad12.example', A, 'no'],
    ['/^AD[0-9]+\\./', 'ad12.example', A, 'nxdomain'],
    ['/example$/', 'ad12.example', A, 'nxdomain'],
    ['/ads/ @@||ads.example^', 'ads.example', A, 'pass'],
    ['/ads/$important @@||ads.example^', 'ads.example', A, 'nxdomain'],
    ['||example^ @@/^good/', 'good.example', A, 'pass'],
    ['||example^ @@/^good/', 'bad.example', A, 'nxdomain'],
    ['/./$dnstype=MX,denyallow=good.example', 'bad.example', MX, 'nxdomain'],
    ['/./$dnstype=MX,denyallow=good.example', 'x.good.example', MX, 'no'],
    ['/^ad$|^b,{0,1}/', 'b.example', A, 'nxdomain'],
  ];
  for (const [rules, name, type, expected] of rows) {
    it(`judges ${name} of type ${type} by ${rules}: ${expected}`, () => {
      const { judged, ignored } = list('adblock', rules.replaceAll(' ', '\n'));
      expect(ignored).to.deep.equal([]);
      expect(judged(name, type).split(' ')[0]).to.equal(expected);
    });
  }

  it('names the line and the name of the rule that decides', () => {
    const { judged, count } = list('adblock', '||x^\n||b^$important\n||*.b^$dnstype=MX\n/^ad\\./');
    expect(judged('a.b', A)).to.equal('nxdomain by ads/b at ads.txt:2');
    expect(judged('a.b', MX)).to.equal('nxdomain by ads/b at ads.txt:2');
    expect(judged('ad.c', A)).to.equal('nxdomain by ads/ad.c at ads.txt:4');
    expect(judged('a.x', A)).to.equal('nxdomain by ads/x at ads.txt:1');
    expect(count).to.equal(4);
  });

  it('answers with all addresses of a name together', () => {
    const rules = ['192.0.2.1', '192.0.2.2', '2001:db8::1'].map((to) => `||b^$dnsrewrite=${to}`);
    const { image } = list('adblock', rules.join('\n'));
    const [rule] = image.specials!.rules;
    expect(image.specials!.rules).to.have.length(1);
    expect(rule!.records.map(({ type, rdata }) => [type, [...rdata.slice(-1)]])).to.deep.equal([
      [A, [1]],
      [A, [2]],
      [AAAA, [1]],
    ]);
  });

  it('bounds what is looked at one after the other', () => {
    const many = Array.from({ length: 40 }, (_, i) => `||b^$dnstype=TYPE${i + 1000}`).join('\n');
    expect(list('adblock', many).ignored).to.deep.equal([
      'more than 32 rules for a name: 8 (33, 34, 35)',
    ]);
    const large = Array.from({ length: 30 }, (_, i) => `/(x{400}|y{400}|${i}z)/`).join('\n');
    expect(list('adblock', `||a.b^\n${large}`).ignored.join()).to.match(
      /^more regular expressions than can be: \d+/,
    );
  });

  it('reads a long line of what takes back nothing in one go', () => {
    const line = `||a.b^$${'badfilters,'.repeat(200_000)}x`;
    expect(list('adblock', `||c.b^\n${line}`).ignored).to.deep.equal([
      'option of another kind: 1 (2)',
    ]);
  });

  it('takes no longer for an expression made to keep an engine busy', () => {
    const { judged, ignored } = list('adblock', '/^(a+)+$/\n/(a|aa)+$/\n/(.*a){20}b/');
    expect(ignored).to.deep.equal([]);
    const label = 'a'.repeat(60);
    expect(judged(`${label}.${label}.${label}.c`)).to.equal('no rule');
  });
});
