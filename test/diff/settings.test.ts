import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { changedSettings } from '../../src/diff/settings.ts';

const COMMON = 'upstreams: { default: { servers: ["192.0.2.53"] } }\n';
const config = (more: string) => parseConfig('site.yaml', COMMON + more, {});

describe('diff/settings changedSettings', () => {
  it('is empty for the same settings in other places of the file', () => {
    expect(changedSettings(config('watch: true\n'), config('\n\nwatch: true\n'))).to.deep.equal([]);
  });

  const cases: readonly { key: string; text: string }[] = [
    { key: 'node', text: 'node: ns9' },
    { key: 'threads', text: 'threads: 3' },
    { key: 'rateLimit', text: 'rateLimit: { queriesPerSecond: 5 }' },
    { key: 'cookies', text: 'cookies: { secret: 000102030405060708090a0b0c0d0e0f }' },
    { key: 'cache', text: 'cache: { entries: 5 }' },
    { key: 'ede', text: 'ede: codes' },
    { key: 'structuredErrors', text: 'structuredErrors: { contacts: ["mailto:a@example.com"] }' },
    { key: 'infoUrl', text: 'infoUrl: https://example.com/dns' },
    { key: 'decisionLog', text: 'decisionLog: { to: other.log }' },
    { key: 'assertions', text: 'assertions: [must-hold.yaml]' },
    { key: 'tsigKeys', text: 'tsigKeys: { key: { secret: c2VjcmV0 } }' },
    { key: 'watch', text: 'watch: true' },
  ];
  for (const { key, text } of cases) {
    it(`tells that ${key} is another`, () => {
      expect(changedSettings(config(''), config(`${text}\n`))).to.deep.equal([key]);
    });
  }

  for (const [key, text] of [
    ['tsigKeys', 'tsigKeys: { key: { secret: SECRET } }'],
    ['cookies', 'cookies: { secret: SECRET }'],
  ] as const) {
    it(`tells that a secret of ${key} is another`, () => {
      const [before, after] = [
        '11111111222222223333333344444444',
        '5555555566666666777777778888888f',
      ];
      const withSecret = (secret: string) => config(`${text.replace('SECRET', `"${secret}"`)}\n`);
      expect(changedSettings(withSecret(before!), withSecret(after!))).to.deep.equal([key]);
      expect(changedSettings(withSecret(before!), withSecret(before!))).to.deep.equal([]);
    });
  }

  it('compares every section but those that queries compare, also one that came later', () => {
    const [before, after] = [config(''), config('')];
    const later = { ...after, tonics: { strong: true } };
    expect(changedSettings(before, later)).to.deep.equal(['tonics']);
    const [view, ...views] = after.views;
    const [laterView] = [{ ...view, tonic: 'strong' }, ...views];
    expect(changedSettings(before, { ...after, views: [laterView] })).to.deep.equal([
      'views.default.tonic',
    ]);
  });

  it('tells which group of upstreams is another', () => {
    const both = (server: string) =>
      parseConfig(
        'site.yaml',
        `upstreams: { default: { servers: ["192.0.2.53"] }, corp: { servers: ["${server}"] } }`,
        {},
      );
    expect(changedSettings(both('192.0.2.1'), both('192.0.2.2'))).to.deep.equal(['upstreams.corp']);
  });
});
