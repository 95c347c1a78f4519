import { expect } from 'chai';
import { parseConfig } from '../../../../src/config/config.ts';
import { compilePolicy } from '../../../../src/policy/compile.ts';
import { FINE } from '../../../config/problems.ts';

const SECRET = 'aGlkZGVu';

function compiled(text: string) {
  return compilePolicy(parseConfig('site.yaml', FINE + text), '0.1.0');
}

function feed(zone: string, more = ''): string {
  return `policies:\n  - { name: feed, rpz: { zone: "${zone}", primaries: [192.0.2.1]${more} } }\n`;
}

describe('policy/rpz/transfer/transferred-zone', () => {
  it('reads a zone and its key', () => {
    const keys = `tsigKeys: { Vendor-Key: { secret: ${SECRET}, macLength: 16 } }\n`;
    const { transferred } = compiled(
      feed('RPZ.example', ', tsig: Vendor-Key, cacheFile: x') + keys,
    );
    const { zone, key, cacheFile, policy, primaries } = transferred.get('feed')!;
    expect(Buffer.from(zone).toString('latin1')).to.equal('\x03rpz\x07example\0');
    expect({ cacheFile, policy, primaries }).to.deep.equal({
      cacheFile: 'x',
      policy: 'feed',
      primaries: [{ address: '192.0.2.1', port: 53 }],
    });
    expect(key).to.deep.include({ algorithm: 'hmac-sha256', macLength: 16 });
    expect(Buffer.from(key!.name).toString('latin1')).to.equal('\x0avendor-key\0');
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    ['a zone name', feed('a..b'), '3:32: "a..b" has an empty label; expect a zone name'],
    [
      'the name of a key',
      `tsigKeys: { "a..b": { secret: ${SECRET} } }\n`,
      '2:13: "a..b" has an empty label; expect a domain name',
    ],
    [
      'a short signature',
      `tsigKeys: { k: { secret: ${SECRET}, macLength: 15 } }\n`,
      '2:47: 15 is no length for hmac-sha256; expect 16 to 32',
    ],
    [
      'a long signature',
      `tsigKeys: { k: { algorithm: hmac-sha1, secret: ${SECRET}, macLength: 21 } }\n`,
      '2:69: 21 is no length for hmac-sha1; expect 10 to 20',
    ],
  ];
  for (const [what, text, expected] of wrong) {
    it(`says where and what is wrong with ${what}`, () => {
      expect(() => compiled(text)).to.throw(`site.yaml:${expected}`);
    });
  }

  it('wants a cache file of its own', () => {
    const item = (name: string, zone: string) =>
      `  - { name: ${name}, rpz: { zone: ${zone}, primaries: [192.0.2.1], cacheFile: x } }\n`;
    expect(() => compiled(`policies:\n${item('a', 'one')}${item('b', 'two')}`)).to.throw(
      'site.yaml:4:29: policy a keeps another zone in x; expect another cacheFile',
    );
    expect(compiled(`policies:\n${item('a', 'one')}${item('b', 'One')}`).zones).to.have.lengthOf(2);
  });

  it('has the same policy whatever its secret is', () => {
    const hashOf = (secret: string) =>
      compiled(`${feed('a', ', tsig: k')}tsigKeys: { k: { secret: ${secret} } }\n`).hash;
    expect(hashOf(SECRET)).to.equal(hashOf('b3RoZXI='));
  });

  it('is told of when there is no copy of it', () => {
    const [zone] = compiled(feed('a')).zones;
    expect(zone).to.deep.include({ standing: 'missing', rules: 0, serial: undefined });
  });
});
