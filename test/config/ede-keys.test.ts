import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/problem.ts';

const FINE = 'upstreams: { default: { servers: [192.0.2.1] } }\n';

function problemsOf(text: string): string {
  try {
    parseConfig('site.yaml', FINE + text);
    return '';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
}

describe('config/ede-keys', () => {
  it('has defaults', () => {
    const { structuredErrors, infoUrl } = parseConfig('site.yaml', FINE);
    expect({ structuredErrors, infoUrl }).to.deep.equal({
      structuredErrors: {
        contacts: [],
        organization: undefined,
        language: 'en',
        option: undefined,
      },
      infoUrl: undefined,
    });
  });

  const fine = [
    'infoUrl: https://dns.example.com/info',
    'structuredErrors: { contacts: ["sips:a@b.example"], language: pt-BR }',
    'structuredErrors: { organization: Straße & Co, option: 65534 }',
  ];
  for (const text of fine) {
    it(`takes ${text}`, () => {
      expect(problemsOf(text)).to.equal('');
    });
  }

  const wrong: readonly (readonly [string, string])[] = [
    ['infoUrl: http://dns.example.com/', 'expect a URL like https://'],
    ['infoUrl: "https://dns.example.com/a b"', 'expect a URL like https://'],
    [`infoUrl: https://dns.example.com/${'a'.repeat(255)}`, 'expect a URL like https://'],
    ['structuredErrors: { contacts: ["https://a.b"] }', 'expect a URI like mailto:'],
    ['structuredErrors: { contacts: ["mailto:a b"] }', 'expect a URI like mailto:'],
    [`structuredErrors: { contacts: ["tel:${'1'.repeat(200)}"] }`, 'expect a URI like mailto:'],
    ['structuredErrors: { language: english language }', 'expect a language tag'],
    [`structuredErrors: { organization: ${'a'.repeat(129)} }`, 'of 128 characters at most'],
    ['structuredErrors: { option: 0 }', '1 to 65534'],
    ['policies: [{ name: a, category: crime, rules: {} }]', 'expect malware, phishing'],
  ];
  for (const [text, expected] of wrong) {
    it(`does not take ${text.slice(0, 60)}`, () => {
      expect(problemsOf(text)).to.include(expected);
    });
  }
});
