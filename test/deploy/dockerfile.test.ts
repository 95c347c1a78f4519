import { existsSync, readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { expect } from 'chai';
import { imageSettings, instructions } from './dockerfile.ts';

interface Package {
  readonly version: string;
  readonly license: string;
  readonly description: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

describe('Dockerfile', () => {
  const ignored = readFileSync('.dockerignore', 'utf8').trim().split('\n');
  const about = JSON.parse(readFileSync('package.json', 'utf8')) as Package;
  const settings = imageSettings();

  it('copies what there is and what is sent to the builder', () => {
    const copies = instructions('COPY').filter((copy) => !copy.startsWith('--from'));
    const sources = copies.flatMap((copy) => copy.split(/\s+/).slice(0, -1));
    expect(sources).to.include.members(['src', 'config', 'package-lock.json']);
    for (const source of sources) {
      expect(existsSync(source), source).to.equal(true);
      expect(ignored).not.to.include(source);
    }
  });

  it('has the Node that comes with the packages, once', () => {
    const [node, final] = instructions('FROM');
    const [major] = /\d+/.exec(about.devDependencies['node']!)!;
    expect(node).to.match(new RegExp(`/node:${major}-[a-z]+-slim AS build$`));
    expect(final).to.equal('scratch');
    for (const install of instructions('RUN')) expect(install).to.include('--ignore-scripts');
  });

  it('runs as a user without privileges, by number', () => {
    expect(settings.user).to.equal('1000:1000');
  });

  it('says what it is', () => {
    const { version, license, description } = about;
    const own = { title: 'rcode5', version, licenses: license, description };
    for (const [key, value] of Object.entries(own)) {
      expect(settings.labels[`org.opencontainers.image.${key}`], key).to.equal(value);
    }
  });

  it('looks whether it lives with the token that it has', async () => {
    const [node, option, text] = settings.healthCheck;
    expect([node, option]).to.deep.equal(['node', '-e']);
    for (const { ok, code } of [
      { ok: true, code: 0 },
      { ok: false, code: 1 },
    ]) {
      const asked: unknown[] = [];
      const ended = await new Promise((exit) => {
        const env = { RCODE5_TOKEN: 'secret' };
        const fetch = async (...given: unknown[]) => {
          asked.push(...given);
          return { ok };
        };
        new Script(text!).runInNewContext({ fetch, process: { env, exit } });
      });
      expect(ended).to.equal(code);
      expect(asked).to.deep.equal([
        'http://127.0.0.1:8053/healthz',
        { headers: { authorization: 'Bearer secret' } },
      ]);
    }
  });
});
