import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  certificateFiles,
  certificateWarnings,
  readCertificates,
} from '../../src/config/certificates.ts';
import { type Config, parseConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { cleanUp, describeWith, makeFolder } from '../e2e/processes.ts';
import { writeCertificate } from '../world/certificates.ts';

const DAY_MS = 86_400_000;

describeWith(['openssl'], 'config/certificates', () => {
  let folder: string;

  before(() => {
    folder = makeFolder();
    writeCertificate(folder, 'a.example');
    writeCertificate(folder, 'b.example', { days: 6 });
    writeCertificate(folder, 'short.example', { kind: 'short' });
  });
  after(cleanUp);

  function configOf(tls: string, more = ''): Config {
    const text = `${more}listen:
  - { address: "127.0.0.1:853", tls: ${tls} }
  - 127.0.0.1:53
upstreams: { default: { servers: [192.0.2.53] } }
`;
    return parseConfig(join(folder, 'site.yaml'), text);
  }

  function problemsOf(tls: string): readonly string[] {
    try {
      readCertificates(configOf(tls));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.problems.map(({ line, message }) => `${line}: ${message}`);
    }
    return [];
  }

  it('reads certificates and keys, by listener, those without TLS first', () => {
    const config = configOf(
      '{ certificate: [a.example.pem, b.example.pem], key: [a.example.key, b.example.key] }',
    );
    const [plain, secured] = readCertificates(config);
    expect(plain).to.equal(undefined);
    expect(secured?.map(({ file }) => file.value)).to.deep.equal([
      'a.example.pem',
      'b.example.pem',
    ]);
    expect(secured?.[0]?.certificate).to.match(/BEGIN CERTIFICATE/);
    expect(secured?.[0]?.key).to.match(/BEGIN PRIVATE KEY/);
    const names = ['a.example.pem', 'a.example.key', 'b.example.pem', 'b.example.key'];
    expect(certificateFiles(config)).to.deep.equal(names.map((name) => join(folder, name)));
  });

  const faults = [
    {
      what: 'a file that is not there',
      tls: '{ certificate: none.pem, key: a.example.key }',
      says: /^2: none\.pem cannot be read: ENOENT.*; expect PEM certificates$/,
    },
    {
      what: 'a file without a certificate',
      tls: '{ certificate: a.example.key, key: a.example.key }',
      says: /^2: a\.example\.key has no certificate; expect PEM$/,
    },
    {
      what: 'a file without a key',
      tls: '{ certificate: a.example.pem, key: a.example.pem }',
      says: /^2: a\.example\.pem has no private key; expect PEM without a passphrase$/,
    },
    {
      what: 'a key of another certificate',
      tls: '{ certificate: a.example.pem, key: b.example.key }',
      says: /^2: b\.example\.key is not the key of a\.example\.pem; expect the two to fit$/,
    },
    {
      what: 'a key that TLS does not take',
      tls: '{ certificate: short.example.pem, key: short.example.key }',
      says: /^2: short\.example\.pem cannot be used: .*key too small/,
    },
  ];
  for (const { what, tls, says } of faults) {
    it(`names ${what}`, () => {
      const [problem, ...more] = problemsOf(tls);
      expect(problem).to.match(says);
      expect(more).to.deep.equal([]);
    });
  }

  it('names every problem at once', () => {
    expect(problemsOf('{ certificate: [x.pem, y.pem], key: [x.key, y.key] }')).to.have.length(4);
  });

  it('has no room for a key less or more than certificates', () => {
    expect(() => configOf('{ certificate: [a.example.pem, b.example.pem], key: a.example.key }'))
      .to.throw(ConfigError)
      .with.property('message')
      .that.matches(/1 keys for 2 certificates; expect a key for each, in the same order/);
  });

  const days = [
    { at: 1, a: undefined, b: undefined },
    { at: 4.9, a: undefined, b: undefined },
    { at: 5.1, a: undefined, b: / expires on \d{4}-\d\d-\d\d and has not been renewed$/ },
    { at: 6.1, a: undefined, b: / has expired on \d{4}-\d\d-\d\d$/ },
    { at: 25.1, a: / expires on .* and has not been renewed$/, b: / has expired on / },
    { at: -1, a: / is not valid before \d{4}-\d\d-\d\d$/, b: / is not valid before / },
  ];
  for (const { at, a, b } of days) {
    it(`warns ${at} days after they were made of what is late or over`, () => {
      const tls =
        '{ certificate: [a.example.pem, b.example.pem], key: [a.example.key, b.example.key] }';
      const config = configOf(tls);
      const warnings = certificateWarnings(
        config,
        readCertificates(config),
        Date.now() + at * DAY_MS,
      );
      const wanted = [a, b].filter((one) => one !== undefined);
      expect(warnings).to.have.length(wanted.length);
      for (const [i, pattern] of wanted.entries()) expect(warnings[i]).to.match(pattern);
      for (const warning of warnings) {
        expect(warning).to.match(/site\.yaml:2: the certificate [ab]\.example\.pem /);
      }
    });
  }

  it('says once what is wrong with a certificate of several listeners', () => {
    const tls = '{ certificate: b.example.pem, key: b.example.key }';
    const config = configOf(tls);
    const [, secured] = readCertificates(config);
    const warnings = certificateWarnings(config, [secured, secured], Date.now() + 7 * DAY_MS);
    expect(warnings).to.have.length(1);
  });

  it('takes a chain: the first certificate is the one that the key is of', () => {
    rmSync(join(folder, 'chain.pem'), { force: true });
    const read = readCertificates(configOf('{ certificate: a.example.pem, key: a.example.key }'));
    const other = readCertificates(configOf('{ certificate: b.example.pem, key: b.example.key }'));
    const chain = `${read[1]![0]!.certificate}${other[1]![0]!.certificate}`;
    writeFileSync(join(folder, 'chain.pem'), chain);
    expect(problemsOf('{ certificate: chain.pem, key: a.example.key }')).to.deep.equal([]);
    expect(problemsOf('{ certificate: chain.pem, key: b.example.key }')).to.have.length(1);
  });

  describe('with discovery', () => {
    const both =
      '{ certificate: [a.example.pem, b.example.pem], key: [a.example.key, b.example.key] }';
    const named = (name: string) => configOf(both, `discovery: { name: ${name} }\n`);

    it('wants a certificate that is for the name', () => {
      expect(() => readCertificates(named('c.example')))
        .to.throw(ConfigError)
        .with.property('message')
        .that.matches(
          /site\.yaml:3:\d+: a\.example\.pem is not for c\.example, the name in discovery; expect a certificate with that name$/,
        );
      expect(() => readCertificates(named('b.example'))).not.to.throw();
    });

    it('warns of addresses that the certificate for the name is not for', () => {
      const addresses = 'discovery: { name: a.example, addresses: [192.0.2.9] }\n';
      const config = configOf(both, addresses);
      const warnings = certificateWarnings(config, readCertificates(config), Date.now());
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.match(
        /^.*site\.yaml:3: the certificate a\.example\.pem is not for 192\.0\.2\.9: clients that ask there/,
      );
      const local = named('a.example');
      expect(certificateWarnings(local, readCertificates(local), Date.now())).to.deep.equal([]);
    });
  });
});
