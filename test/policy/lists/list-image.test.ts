import { expect } from 'chai';
import { LIST_FORMATS } from '../../../src/policy/lists/list-image.ts';
import type { ListAction } from '../../../src/policy/lists/list-policy.ts';
import { ascii } from '../../world/messages.ts';
import { list } from './read.ts';

describe('policy/lists/list-image', () => {
  for (const action of [
    'refuse',
    'nxdomain',
    'nodata',
    'drop',
    'truncate',
  ] satisfies ListAction[]) {
    it(`does ${action} to what is listed`, () => {
      expect(list('domains', 'a.example', { action }).judged('a.example')).to.equal(
        `${action} by ads/a.example at ads.txt:1`,
      );
    });
  }

  for (const format of LIST_FORMATS) {
    it(`takes an empty list of ${format}, and one of comments`, () => {
      for (const text of ['', '\n', '# nothing\r\n', '! nothing']) {
        const { count, problems, ignored } = list(format, text);
        expect({ count, problems, ignored }).to.deep.equal({ count: 0, problems: [], ignored: [] });
      }
    });

    it(`does not take an error page for a list of ${format}`, () => {
      const { problems } = list(format, '<html>\n<h1>Not found</h1>\n</html>\n');
      expect(problems).to.have.length(1);
      expect(problems[0]).to.match(/^ads\.txt:1:1 no line can be used \(.+\); expect /);
    });

    it(`does not take what is no text for a list of ${format}`, () => {
      const { problems, count } = list(format, ascii('a.example\nb\0c'));
      expect(problems).to.deep.equal([
        'ads.txt:2:1 an octet 0: the file is no text; expect ASCII or UTF-8',
      ]);
      expect(count).to.equal(0);
    });
  }

  it('takes a list with an octet 0 far behind its start for one with a bad line', () => {
    const { problems, ignored } = list('domains', `${'a.example\n'.repeat(900)}b\0c\nd.example`);
    expect(problems).to.deep.equal([]);
    expect(ignored).to.include('not a name: 1 (901)');
  });

  it('says what is expected when a list is in another format', () => {
    expect(list('domains', '# hosts\n0.0.0.0 a.example').problems).to.deep.equal([
      'ads.txt:2:1 no line can be used (more than one word); expect a domain in each line',
    ]);
  });

  it('takes a list of rules for browsers, without a domain, for an empty one', () => {
    expect(list('adblock', '##.banner\n||a.example^$image').problems).to.deep.equal([]);
  });

  it('has the digest of its text', () => {
    const digests = ['a.example', 'b.example', 'a.example'].map(
      (text) => list('domains', text).image.digest,
    );
    expect(digests[0]).to.match(/^[0-9a-f]{64}$/);
    expect(digests[0]).to.equal(digests[2]).and.not.to.equal(digests[1]);
  });
});
