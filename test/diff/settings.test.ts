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
    { key: 'watch', text: 'watch: true' },
  ];
  for (const { key, text } of cases) {
    it(`tells that ${key} is another`, () => {
      expect(changedSettings(config(''), config(`${text}\n`))).to.deep.equal([key]);
    });
  }

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
