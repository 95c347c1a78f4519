import { expect } from 'chai';
import {
  everybody,
  LOOPBACK_ONLY,
  NO_ORIGIN,
  prefixesOf,
  readAccessList,
} from '../../src/config/access-list.ts';
import { formatPrefix, type Prefix, parsePrefix } from '../../src/net/prefix.ts';

const place = { file: 'site.yaml', line: 7, column: 3 };
const groups = [
  { name: 'office', prefixes: ['10.20.0.0/16', '2001:db8:20::/48'].map(toPrefix) },
  { name: 'nobody', prefixes: [] },
];

function toPrefix(text: string): Prefix {
  return parsePrefix(text) as Prefix;
}

const shown = (prefixes: readonly Prefix[]) => prefixes.map(formatPrefix);

describe('config/access-list', () => {
  it('has the prefixes of a group, and of any other key the prefix that it is', () => {
    expect(shown(prefixesOf('office', groups))).to.deep.equal(['10.20.0.0/16', '2001:db8:20::/48']);
    expect(prefixesOf('nobody', groups)).to.deep.equal([]);
    expect(shown(prefixesOf('10.0.0.1', groups))).to.deep.equal(['10.0.0.1/32']);
  });

  it('reads lines in the short form and the long alike', () => {
    const origin = { owner: 'netops', reason: 'NET-1', expires: 1, mode: 'shadow' as const };
    const { section, entries } = readAccessList(
      'views.guests.acl.query',
      [
        { key: 'office', place, value: 'allow' },
        { key: '192.0.2.0/24', place, value: { action: 'drop', ...origin } },
      ],
      groups,
    );
    expect(section).to.equal('views.guests.acl.query');
    expect(entries.map(({ prefixes, ...rest }) => ({ ...rest, prefixes: shown(prefixes) })))
      .to.deep //
      .equal([
        {
          key: 'office',
          place,
          action: 'allow',
          ...NO_ORIGIN,
          prefixes: shown(groups[0]!.prefixes),
        },
        { key: '192.0.2.0/24', place, action: 'drop', ...origin, prefixes: ['192.0.2.0/24'] },
      ]);
  });

  it('has rules of its own for loopback and for everybody', () => {
    expect(LOOPBACK_ONLY.map(({ key, action }) => ({ key, action }))).to.deep.equal([
      { key: 'loopback', action: 'allow' },
    ]);
    expect(shown(LOOPBACK_ONLY[0]!.prefixes)).to.deep.equal(['127.0.0.0/8', '::1/128']);
    const all = everybody('refuse', place);
    expect(all).to.deep.include({ key: 'refuse', action: 'refuse', place, ...NO_ORIGIN });
    expect(shown(all.prefixes)).to.deep.equal(['0.0.0.0/0', '::/0']);
  });
});
