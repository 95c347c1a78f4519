import { expect } from 'chai';
import type { ListFormat } from '../../../src/policy/lists/list-image.ts';
import type { ListMatch } from '../../../src/policy/lists/list-match.ts';
import { list } from './read.ts';

/** Of example.com and x.example.com, which are listed: `both`, `apex`, `below` or `none`. */
function coverage(format: ListFormat, text: string, match?: ListMatch): string {
  const { judged } = list(format, text, { match });
  const [apex, below] = ['example.com', 'x.example.com'].map((name) =>
    judged(name).startsWith('nxdomain'),
  );
  if (apex) return below ? 'both' : 'apex';
  return below ? 'below' : 'none';
}

describe('policy/lists match', () => {
  const rows: readonly (readonly [ListFormat, string, string, string, string])[] = [
    // format, line, by format, match: subdomains, match: exact
    ['domains', 'example.com', 'both', 'both', 'apex'],
    ['domains', '*.example.com', 'below', 'both', 'below'],
    ['hosts', '0.0.0.0 example.com', 'apex', 'both', 'apex'],
    ['hosts', '0.0.0.0 *.example.com', 'none', 'both', 'none'],
    ['adblock', '||example.com^', 'both', 'both', 'apex'],
    ['adblock', '||*.example.com^', 'below', 'both', 'below'],
    ['adblock', '|example.com^', 'apex', 'both', 'apex'],
    ['adblock', '|example.com|', 'apex', 'both', 'apex'],
    ['adblock', '|example.com^|', 'apex', 'both', 'apex'],
    ['adblock', 'example.com', 'apex', 'both', 'apex'],
    ['adblock', 'example.com # why', 'apex', 'both', 'apex'],
    ['adblock', '*.example.com', 'below', 'both', 'below'],
    ['adblock', '0.0.0.0 example.com', 'apex', 'both', 'apex'],
    ['adblock', '||example.com^$important', 'both', 'both', 'apex'],
    ['adblock', '|example.com^$important', 'apex', 'both', 'apex'],
  ];
  for (const [format, line, byFormat, subdomains, exact] of rows) {
    it(`reads ${line} in ${format}: ${byFormat}, with subdomains ${subdomains}, exact ${exact}`, () => {
      expect(coverage(format, line)).to.equal(byFormat);
      expect(coverage(format, line, 'subdomains')).to.equal(subdomains);
      expect(coverage(format, line, 'exact')).to.equal(exact);
    });
  }

  it('counts nothing as a duplicate where a name stands beside its *.name', () => {
    const { ignored } = list('domains', 'a.b\n*.a.b\n*.c.b\nc.b', { match: 'subdomains' });
    expect(ignored).to.deep.equal(['duplicate: 1 (4)']);
  });

  it('takes a name in where it stands alone first, and with all below it later', () => {
    const { judged, ignored } = list('adblock', '|a.b^\n||a.b^\n||c.b^\n|c.b^');
    expect(['a.b', 'x.a.b', 'x.c.b'].map((name) => judged(name))).to.deep.equal([
      'nxdomain by ads/a.b at ads.txt:2',
      'nxdomain by ads/a.b at ads.txt:2',
      'nxdomain by ads/c.b at ads.txt:3',
    ]);
    expect(ignored).to.deep.equal(['duplicate: 1 (4)']);
  });

  it('lets pass what a list of action allow names, and what it excepts', () => {
    const { judged } = list('adblock', '||a.b^\n@@|c.b^\n||d.b^$dnsrewrite=192.0.2.1', {
      action: 'allow',
    });
    expect(['x.a.b', 'c.b', 'x.c.b', 'd.b'].map((name) => judged(name))).to.deep.equal([
      'pass at 1',
      'pass at 2',
      'no rule',
      'pass at 3',
    ]);
  });
});

describe('policy/lists hints', () => {
  const remedy = 'match: subdomains takes them in, match: exact leaves it so';
  const wildcards = `all 2 names are written *.name, so that each name itself is not listed; ${remedy}`;
  const apexes = `its names are registered domains, listed without the names below them; ${remedy}`;
  const suffix = (what: string) => `${what}: below one are the domains of everybody`;
  const hosts = (...names: string[]) => names.map((name) => `0.0.0.0 ${name}\n`).join('');

  const rows: readonly (readonly [string, ListFormat, string, readonly string[]])[] = [
    ['nothing but *.x', 'domains', '# x\n*.bad.example\n*.worse.example', [`2: ${wildcards}`]],
    ['nothing but *.x', 'adblock', '||*.bad.example^\n||*.worse.example^', [`1: ${wildcards}`]],
    ['one plain name', 'domains', '*.bad.example\nworse.example', []],
    ['apexes in hosts', 'hosts', hosts('bad.com', 'bad.co.uk', 'bad.github.io'), [`1: ${apexes}`]],
    ['names below apexes in hosts', 'hosts', hosts('bad.com', 'ads.bad.co.uk', 'www.bad.com'), []],
    ['one name in hosts', 'hosts', hosts('bad.com'), []],
    [
      'com',
      'domains',
      'a.example\nb.example\ncom',
      [`3: ${suffix('1 name is a public suffix (com)')}`],
    ],
    [
      'suffixes',
      'adblock',
      '||co.uk^\n||bad.com^\n||github.io^\n|com^\n||*.de^\n||k12.ca.us^',
      [`1: ${suffix('5 names are public suffixes (co.uk, github.io, com, …)')}`],
    ],
    ['top-level domains of nobody', 'domains', 'lan\nfoo.ck', []],
  ];
  for (const [what, format, text, expected] of rows) {
    it(`of ${what} in ${format}: ${expected.length}`, () => {
      expect(list(format, text).hints).to.deep.equal(expected);
    });
  }

  it('are silent on what match decides', () => {
    for (const match of ['subdomains', 'exact'] as const) {
      expect(list('domains', '*.bad.example', { match }).hints).to.deep.equal([]);
      expect(list('hosts', hosts('bad.com', 'bad.de'), { match }).hints).to.deep.equal([]);
    }
  });
});
