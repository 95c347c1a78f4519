import { inspect } from 'node:util';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { formatPrimary } from '../../src/config/primary-text.ts';
import { Secret } from '../../src/config/secret.ts';
import { FINE, itSays, problemsIn } from './problems.ts';

const HIDDEN = 'aGlkZGVu';
const ADDRESS = 'an address like 192.0.2.1, "[2001:db8::1]:53" or tls://192.0.2.1#primary.example';

function feed(keys: string): string {
  return `policies:\n  - name: feed\n    rpz:\n      ${keys.replaceAll('; ', '\n      ')}\n`;
}

describe('config/transfer-keys', () => {
  itSays(
    [
      {
        when: 'a policy zone names a key that is not there',
        text: `${feed('zone: a; primaries: [192.0.2.1]; tsig: other')}tsigKeys: { k: { secret: ${HIDDEN} } }\n`,
        says: ['7:13: "other" is not a TSIG key; expect k'],
      },
      {
        when: 'a policy zone names a key and there is none',
        text: feed('zone: a; primaries: [192.0.2.1]; tsig: k'),
        says: ['7:13: "k" is not a TSIG key; expect one to be defined in tsigKeys'],
      },
      {
        when: 'primaries are no addresses',
        text: feed('zone: a; primaries: [ns.example, "192.0.2.1:0", 192.0.2.1]'),
        says: [
          `6:19: "ns.example" is not valid; expect ${ADDRESS}`,
          `6:31: "192.0.2.1:0" is not valid; expect ${ADDRESS}`,
        ],
      },
      {
        when: 'primaries by TLS are none',
        text: feed(
          'zone: a; primaries: ["tls://primary.example", "tls://192.0.2.1/x#a.example", "https://192.0.2.1/a", "tls://192.0.2.1#a b"]',
        ),
        says: [
          '6:19: "tls://primary.example" is not valid: a primary has an address; expect tls://192.0.2.1#NAME',
          '6:44: "tls://192.0.2.1/x#a.example" is not valid: tls:// has no path; expect an address like tls://192.0.2.1#dns.example',
          '6:75: "https://192.0.2.1/a" is not valid: zones are not transferred by HTTPS; expect tls://',
          '6:98: "tls://192.0.2.1#a b" is not valid: "a b" is no name that a certificate can be for; expect a host name or an IP address',
        ],
      },
      {
        when: 'something is about TLS, and no primary is',
        text: feed(
          `zone: a; primaries: [192.0.2.1]; ca: a.pem; pins: [${'A'.repeat(43)}=]; key: a.key`,
        ),
        says: [
          '7:11: ca is for primaries by TLS; expect one like tls://192.0.2.1#primary.example',
          '8:13: pins is for primaries by TLS; expect one like tls://192.0.2.1#primary.example',
          '9:12: key is for primaries by TLS; expect one like tls://192.0.2.1#primary.example',
        ],
      },
      {
        when: 'a certificate comes alone, and a pin is none',
        text: feed(
          `zone: a; primaries: ["tls://192.0.2.1"]; certificate: a.pem; pins: [sha256/abc]`,
        ),
        says: [
          '8:14: "sha256/abc" is not valid; expect the SHA-256 of a public key in base64, like sha256/… (44 characters)',
        ],
      },
      {
        when: 'a key comes alone',
        text: feed(`zone: a; primaries: ["tls://192.0.2.1"]; key: a.key`),
        says: ['7:12: key comes alone; expect certificate too'],
      },
      {
        when: 'there are no primaries',
        text: feed('zone: a; primaries: []'),
        says: [`6:18: there is nothing in it; expect a list, each item ${ADDRESS}`],
      },
      {
        when: 'a zone has neither name nor primaries',
        text: feed('cacheFile: x'),
        says: [
          '5:7: zone is missing; expect a text that is not empty',
          `5:7: primaries is missing; expect a list, each item ${ADDRESS}`,
        ],
      },
      {
        when: 'limits are none',
        text: feed('zone: a; primaries: [192.0.2.1]; maxSize: 5; maxTime: 2d; whenMissing: ask'),
        says: [
          '7:16: "5" is not valid; expect a size like 64KiB or 100MB, at least 1KiB',
          '8:16: "2d" is not valid; expect a duration from 1s to 1d',
          '9:20: "ask" is not valid; expect fail or pass',
        ],
      },
      {
        when: 'an algorithm is not known',
        text: `tsigKeys: { k: { algorithm: sha256, secret: ${HIDDEN} } }\n`,
        says: [
          '2:29: "sha256" is not valid; expect hmac-md5, hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384 or hmac-sha512',
        ],
      },
    ],
    FINE,
  );

  it('has port 53, limits, and queries that fail, unless it is told otherwise', () => {
    const config = parseConfig('site.yaml', FINE + feed('zone: a; primaries: [192.0.2.1]'));
    const transfer = config.policies[0]!.value.rpz!.value;
    if (typeof transfer === 'string') throw new Error(transfer);
    const { primaries, ...rest } = transfer;
    expect(primaries.map(({ value }) => value)).to.deep.equal([{ address: '192.0.2.1', port: 53 }]);
    expect(rest).to.deep.include({ ca: undefined, pins: undefined, certificate: undefined });
    expect(rest).to.deep.include({
      tsig: undefined,
      cacheFile: undefined,
      whenMissing: 'fail',
      maxSize: 500_000_000,
      maxTime: 1_800_000,
    });
  });

  it('has port 853 by TLS, and a name: the address without one', () => {
    const given = '["tls://192.0.2.1#Primary.Example.", "tls://[2001:db8::1]:8853"]';
    const config = parseConfig('site.yaml', FINE + feed(`zone: a; primaries: ${given}`));
    const transfer = config.policies[0]!.value.rpz!.value;
    if (typeof transfer === 'string') throw new Error(transfer);
    const all = transfer.primaries.map(({ value }) => value);
    expect(all).to.deep.equal([
      { address: '192.0.2.1', port: 853, tlsName: 'primary.example' },
      { address: '2001:db8::1', port: 8853, tlsName: '2001:db8::1' },
    ]);
    expect(all.map(formatPrimary)).to.deep.equal([
      'tls://192.0.2.1:853#primary.example',
      'tls://[2001:db8::1]:8853#2001:db8::1',
    ]);
  });

  for (const wrong of [`${HIDDEN}=`, `-${HIDDEN}`, `${HIDDEN}A`]) {
    it(`does not show a secret that is not Base64: ${wrong.replace(HIDDEN, '…')}`, () => {
      const keys = `tsigKeys: { k: { secret: "\${KEY}" } }\n`;
      const [problem, ...others] = problemsIn(FINE + keys, { KEY: wrong });
      expect(others).to.deep.equal([]);
      expect(problem).to.equal(
        '2:26: the secret is not Base64; expect a secret in Base64, as tsig-keygen writes it',
      );
    });
  }

  it('keeps a secret from whoever prints it', () => {
    const { tsigKeys } = parseConfig(
      'site.yaml',
      `${FINE}tsigKeys: { k: { secret: ${HIDDEN} } }\n`,
    );
    const { secret } = tsigKeys[0]!.value;
    expect(secret).to.be.instanceOf(Secret);
    expect(Buffer.from(secret.octets).toString()).to.equal('hidden');
    for (const shown of [JSON.stringify(tsigKeys), inspect(tsigKeys, { depth: 9 }), `${secret}`]) {
      expect(shown).to.include('(secret)');
      expect(shown).not.to.include('hidden').and.not.to.include(HIDDEN);
    }
  });
});
