import { existsSync, readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { expect } from 'chai';

describe('Dockerfile', () => {
  const lines = readFileSync('Dockerfile', 'utf8').replaceAll('\\\n', ' ').split('\n');
  const ignored = readFileSync('.dockerignore', 'utf8').trim().split('\n');
  const argumentsOf = (word: string) =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));

  it('copies what there is and what is sent to the builder', () => {
    const copies = argumentsOf('COPY').filter((copy) => !copy.startsWith('--from'));
    const sources = copies.flatMap((copy) => copy.split(/\s+/).slice(0, -1));
    expect(sources).to.include.members(['src', 'config', 'package-lock.json']);
    for (const source of sources) {
      expect(existsSync(source), source).to.equal(true);
      expect(ignored).not.to.include(source);
    }
  });

  it('runs as a user without privileges, who owns where it writes', () => {
    expect(argumentsOf('USER')).to.deep.equal(['node']);
    const [made] = argumentsOf('RUN').filter((run) => run.startsWith('install -d'));
    for (const folder of ['log', 'lib', 'cache']) expect(made).to.include(`/var/${folder}/rcode5`);
    expect(made).to.include('-o node -g node');
  });

  it('starts what the build makes', () => {
    const [entry] = argumentsOf('ENTRYPOINT').map((text) => JSON.parse(text));
    const { bin } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(entry).to.deep.equal(['node', bin.rcode5]);
  });

  it('looks whether it lives with the token that it has', async () => {
    const [check] = argumentsOf('HEALTHCHECK');
    const [node, option, text] = JSON.parse(/CMD (.*)$/.exec(check!)![1]!);
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
        new Script(text).runInNewContext({ fetch, process: { env, exit } });
      });
      expect(ended).to.equal(code);
      expect(asked).to.deep.equal([
        'http://127.0.0.1:8053/healthz',
        { headers: { authorization: 'Bearer secret' } },
      ]);
    }
  });
});
