import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { authorityFiles, readAuthorities } from '../../src/config/authorities.ts';
import { type Config, parseConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { cleanUp, describeWith, makeFolder } from '../e2e/processes.ts';
import { writeCertificate } from '../world/certificates.ts';

describeWith(['openssl'], 'config/authorities', () => {
  let folder: string;

  before(() => {
    folder = makeFolder();
    writeCertificate(folder, 'house');
  });
  after(cleanUp);

  function configOf(ca: string): Config {
    const text = `upstreams:\n  a: { servers: ["tls://192.0.2.1"], ca: ${ca} }\n  b: { servers: ["tls://192.0.2.2"], ca: ${ca} }\nroutes: { ".": a }\n`;
    return parseConfig(join(folder, 'site.yaml'), text);
  }

  function problemsOf(ca: string): string[] {
    try {
      readAuthorities(configOf(ca));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
    }
    return [];
  }

  it('reads each file once, seen from the configuration', () => {
    const config = configOf('house.pem');
    const read = readAuthorities(config);
    expect([...read.keys()]).to.deep.equal(['house.pem']);
    expect(read.get('house.pem')).to.contain('BEGIN CERTIFICATE');
    expect(authorityFiles(config)).to.deep.equal([join(folder, 'house.pem')]);
  });

  it('says where a file is named that is not there', () => {
    expect(problemsOf('none.pem')[0]).to.match(
      /^2:42: none\.pem cannot be read: ENOENT.*; expect PEM certificates$/,
    );
  });

  it('says where a file is named that has no certificate', () => {
    expect(problemsOf('house.key')[0]).to.equal(
      '2:42: house.key has no certificate; expect PEM certificates',
    );
  });

  it('says where a file is named that has something else between the lines', () => {
    const file = join(folder, 'odd.pem');
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    expect(problemsOf('odd.pem')[0]).to.match(
      /^2:42: odd\.pem has something that is no certificate: /,
    );
    rmSync(file);
  });
});
