import { expect } from 'chai';
import type { AccessList } from '../../src/config/access-list.ts';
import { parseConfig } from '../../src/config/config.ts';
import type { ViewConfig } from '../../src/config/views.ts';
import { formatPrefix } from '../../src/net/prefix.ts';
import { problemsIn } from './problems.ts';

const TOP = `
clientGroups: { guests: [10.30.0.0/16, "2001:db8:30::/48"] }
acl: { query: { 10.0.0.0/8: allow }, transfer: { 10.0.0.5: allow } }
upstreams: { inside: { servers: [192.0.2.1] }, outside: { servers: [192.0.2.2] } }
routes: { ".": inside }
policies:
  - { name: house, rules: { a.example: refuse } }
  - { name: strict, rules: { b.example: refuse } }
`;

function viewsOf(views: string): Readonly<Record<string, ViewConfig>> {
  const config = parseConfig('site.yaml', `${TOP}views: { ${views} }\n`);
  return Object.fromEntries(config.views.map((view) => [view.name, view]));
}

/** `acl.query: 10.0.0.0/8 allow` */
function shown(list: AccessList | undefined): string | undefined {
  return (
    list &&
    `${list.section}: ${list.entries.map(({ key, action }) => `${key} ${action}`).join(', ')}`
  );
}

const routes = ({ routes: lines }: ViewConfig) =>
  Object.fromEntries(lines.map(({ key, value }) => [key, value]));

describe('config/views', () => {
  it('has a view for all who are in no other, with all policies', () => {
    const { default: all, ...rest } = viewsOf('');
    expect(rest).to.deep.equal({});
    expect(all).to.deep.include({ clients: [], policies: [0, 1] });
    expect(routes(all!)).to.deep.equal({ '.': 'inside' });
  });

  it('has from the top level what a view leaves out', () => {
    const { default: all, bare } = viewsOf('bare: { clients: [guests, 10.31.0.0/16] }');
    expect(bare!.clients.map(formatPrefix)).to.deep.equal([
      '10.30.0.0/16',
      '2001:db8:30::/48',
      '10.31.0.0/16',
    ]);
    expect(bare!.acl).to.deep.equal(all!.acl);
    // By these the cache knows that they are the same.
    expect(bare!.routes).to.equal(all!.routes);
    expect(bare!.policies).to.deep.equal([0, 1]);
  });

  it('takes what a view says in its place, list by list and in its order', () => {
    const { own } = viewsOf(
      'own: { clients: [guests], routes: { ".": outside }, policies: [strict, house], acl: { query: { guests: refuse } } }',
    );
    expect(routes(own!)).to.deep.equal({ '.': 'outside' });
    expect(own!.policies).to.deep.equal([1, 0]);
    expect(shown(own!.acl.query)).to.equal('views.own.acl.query: guests refuse');
    expect(shown(own!.acl.transfer)).to.equal('acl.transfer: 10.0.0.5 allow');
    expect(own!.acl.recursion).to.equal(undefined);
  });

  it('may have no policies at all', () => {
    expect(viewsOf('free: { clients: [guests], policies: [] }')['free']!.policies).to.deep.equal(
      [],
    );
  });

  it('takes recursion for one entry for everybody, with its line', () => {
    const { kiosk } = viewsOf('kiosk: { clients: [guests], recursion: refuse }');
    const { section, entries } = kiosk!.acl.recursion!;
    expect(section).to.equal('views.kiosk.recursion');
    expect(entries).to.have.length(1);
    expect(entries[0]).to.include({ key: 'refuse', action: 'refuse' });
    expect(entries[0]!.place?.line).to.equal(9);
  });

  const wrong: readonly (readonly [string, string])[] = [
    [
      'default: { clients: [guests] }',
      '"default" is the view of all who are in no other; expect another name',
    ],
    ['a: { clients: [guests], policies: [hous] }', '"hous" is not a policy; expect house, strict'],
  ];
  for (const [views, message] of wrong) {
    it(`says what is wrong with ${views}`, () => {
      const [first] = problemsIn(`${TOP}views: { ${views} }\n`);
      expect(first).to.include(message);
    });
  }
});
