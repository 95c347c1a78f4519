import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { hostWarnings } from '../../src/load/host-warnings.ts';

const UPSTREAMS = 'upstreams: { default: { servers: [192.0.2.1] } }\n';

describe('load/host-warnings', () => {
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-host-'));
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'plain'), '');
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The warnings for a configuration in the folder, which `FOLDER` stands for. */
  function warningsOf(yaml: string): readonly string[] {
    const file = join(folder, 'site.yaml');
    const warnings = hostWarnings(parseConfig(file, `${UPSTREAMS}${yaml}`));
    return warnings.map((warning) => warning.replaceAll(folder, 'FOLDER'));
  }

  const logs: readonly (readonly [string, string | undefined])[] = [
    ['stdout', undefined],
    ['new.ndjson', undefined],
    ['plain', undefined],
    ['taken', 'it is a folder'],
    ['none/decisions.ndjson', 'there is no folder FOLDER/none'],
    ['plain/decisions.ndjson', 'FOLDER/plain is no folder'],
  ];
  for (const [to, why] of logs) {
    it(`${why === undefined ? 'have nothing against' : 'name what is wrong with'} a decision log to ${to}`, () => {
      const end = `cannot be written here: ${why}; serve will not start`;
      const line = `FOLDER/site.yaml:2: decisionLog.to FOLDER/${to} ${end}`;
      const expected = why === undefined ? [] : [line];
      expect(warningsOf(`decisionLog: { to: ${to} }\n`)).to.deep.equal(expected);
    });
  }

  it('have nothing against a cacheFile whose folder will be made', () => {
    expect(warningsOf(listKeptIn('none/below/list.txt'))).to.deep.equal([]);
  });

  it('name a cacheFile that cannot be made', () => {
    const [warning] = warningsOf(listKeptIn('plain/list.txt'));
    expect(warning).to.contain(
      'site.yaml:3: cacheFile FOLDER/plain/list.txt cannot be written here',
    );
  });
});

function listKeptIn(file: string): string {
  const source = 'domains: "https://lists.example/a.txt", match: exact';
  return `policies:\n  - { name: a, ${source}, cacheFile: ${file} }\n`;
}
