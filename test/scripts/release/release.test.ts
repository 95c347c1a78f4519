import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { buildProgram } from '../../../scripts/debian/deb.ts';
import { isFresh } from '../../../scripts/rcode5.js';
import { QUICK } from '../../../scripts/release/artifacts.ts';
import { makeRelease } from '../../../scripts/release/release.ts';
import { VERSION } from '../../../src/version.ts';
import { describeWith } from '../../e2e/processes.ts';

const NPM_MS = 120_000;
const COMMIT = '0123456789abcdef0123456789abcdef01234567';

describeWith(['npm'], 'scripts/release, without what takes long', function () {
  this.timeout(NPM_MS);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-release-'));
    if (!isFresh()) buildProgram();
    for (const name of ['a', 'b']) {
      makeRelease({
        folder: join(folder, name),
        date: 1_790_000_000,
        builder: 'urn:rcode5:builder:test',
        makes: [...QUICK, () => ({ missing: 'nothing makes it' })],
        sources: { commit: COMMIT, isChanged: false },
      });
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const read = (name: string, file: string) => readFileSync(join(folder, name, file));

  it('makes the same files, octet for octet, in two runs', () => {
    const files = readdirSync(join(folder, 'a'));
    const ends = ['.cdx.json', '.intoto.jsonl', '.tgz'].map((end) => `rcode5-${VERSION}${end}`);
    expect(files).to.deep.equal(['SHA256SUMS', ...ends]);
    for (const file of files) expect(read('a', file).equals(read('b', file)), file).to.equal(true);
  });

  it('has the checksums of its files', () => {
    const lines = String(read('a', 'SHA256SUMS')).trimEnd().split('\n');
    for (const line of lines) {
      const [sum, file] = line.split('  ');
      expect(sum).to.equal(createHash('sha256').update(read('a', file!)).digest('hex'));
    }
    expect(lines).to.have.length(3);
  });

  it('lists what is shipped: no package that only builds and tests, and Node', () => {
    const bom = JSON.parse(String(read('a', `rcode5-${VERSION}.cdx.json`)));
    const names = bom.components.map(({ name }: { name: string }) => name);
    expect(names).to.include.members(['koffi', 'pino', 'yaml', 'preact', 'uplot', 'node']);
    for (const name of ['mocha', 'typescript', 'esbuild']) expect(names).to.not.include(name);
    expect(bom.metadata.component).to.include({ name: 'rcode5', version: VERSION });
    const refs = new Set([...bom.components, bom.metadata.component].map((one) => one['bom-ref']));
    for (const { ref, dependsOn } of bom.dependencies) {
      for (const one of [ref, ...dependsOn]) expect(refs.has(one), one).to.equal(true);
    }
  });

  it('says what it was made from', () => {
    const statement = JSON.parse(String(read('a', `rcode5-${VERSION}.intoto.jsonl`)));
    expect(statement._type).to.equal('https://in-toto.io/Statement/v1');
    const { buildDefinition, runDetails } = statement.predicate;
    expect(runDetails.builder.id).to.equal('urn:rcode5:builder:test');
    const [sources, node, ...packages] = buildDefinition.resolvedDependencies;
    expect(sources.digest).to.deep.equal({ gitCommit: COMMIT });
    expect(node.digest.sha256).to.match(/^[0-9a-f]{64}$/);
    for (const { uri, digest } of packages) {
      expect(uri).to.match(/^pkg:npm\/(%40[\w-]+\/)?[\w.-]+@\d/);
      expect(digest.sha512, uri).to.match(/^[0-9a-f]{128}$/);
    }
    const subjects = statement.subject.map(({ name }: { name: string }) => name);
    expect(subjects).to.deep.equal([`rcode5-${VERSION}.tgz`, `rcode5-${VERSION}.cdx.json`]);
  });
});
