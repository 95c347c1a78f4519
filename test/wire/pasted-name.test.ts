import { expect } from 'chai';
import { nameWithin, pastedProblem, toAscii } from '../../src/wire/pasted-name.ts';

describe('wire/pasted-name', () => {
  const within: readonly (readonly [string, string | undefined])[] = [
    ['https://www.example.com/a?b', 'www.example.com'],
    ['http://*.example.com', '*.example.com'],
    ['www.example.com:443', 'www.example.com'],
    ['www.example.com/', 'www.example.com'],
    ['someone@example.com', 'example.com'],
    ['www.example.com', undefined],
    ['*.example.com.', undefined],
    // RFC 2317: a slash within a label of a reverse zone.
    ['0/25.2.0.192.in-addr.arpa', undefined],
    ['1.0/25.2.0.192.IN-ADDR.ARPA.', undefined],
    ['10.0.0.0/8', undefined],
  ];
  for (const [text, name] of within) {
    it(`${name === undefined ? 'leaves' : `finds ${name} in`} ${text}`, () => {
      expect(nameWithin(text)).to.equal(name);
    });
  }

  const ascii: readonly (readonly [string, string | undefined])[] = [
    ['bücher.example', 'xn--bcher-kva.example'],
    ['*.bücher.example', '*.xn--bcher-kva.example'],
    ['bucher.example', undefined],
    ['ü ü', undefined],
  ];
  for (const [text, name] of ascii) {
    it(`has ${name ?? 'nothing'} for ${text}`, () => {
      expect(toAscii(text)).to.equal(name);
    });
  }

  it('says which name is meant', () => {
    expect(pastedProblem('bücher.example')).to.match(
      /expect its A-labels: xn--bcher-kva\.example$/,
    );
    expect(pastedProblem('https://a.example/')).to.match(/expect its host name alone: a\.example$/);
    expect(pastedProblem('a.example')).to.equal(undefined);
  });
});
