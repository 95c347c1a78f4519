/**
 * `npm run release [-- --dry-run] [--builder URI] [FOLDER]`: all that is published of a version, in a folder, and a
 * tag. The same commit gives the same files, octet for octet. `--dry-run` sets no tag, and may differ from the commit.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { VERSION } from '../../src/version.ts';
import { buildProgram } from '../debian/deb.ts';
import { NODE } from '../debian/tree.ts';
import { runScript } from '../run-script.ts';
import { sourceDate } from '../source-date.ts';
import { ALL, type Make } from './artifacts.ts';
import { type Artifact, provenanceOf } from './provenance.ts';
import { type ClonedSources, whyNotReleased } from './readiness.ts';

const LOCAL = 'urn:rcode5:builder:local';
const TAG = `v${VERSION}`;

export interface ReleaseOptions {
  readonly folder: string;
  /** Seconds since 1970. */
  readonly date: number;
  readonly builder: string;
  readonly makes: readonly Make[];
  readonly sources: Pick<ClonedSources, 'commit' | 'isChanged'>;
}

/** Makes the files with their checksums and their provenance; returns what is to be said of it. */
export function makeRelease(options: ReleaseOptions): readonly string[] {
  const { folder, date, builder, makes, sources } = options;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const made = makes.map((make) => make(folder, date));
  const missing = made.flatMap((one) => (typeof one === 'string' ? [] : [one.missing]));
  const artifacts = made.flatMap((one) => (typeof one === 'string' ? [describe(one)] : []));
  const provenance = join(folder, `rcode5-${VERSION}.intoto.jsonl`);
  writeFileSync(
    provenance,
    provenanceOf({
      ...sources,
      artifacts,
      version: VERSION,
      date,
      builder,
      tools: { node: process.versions.node, npm: versionOf('npm'), dpkg: versionOf('dpkg-deb') },
      lock: readFileSync('package-lock.json', 'utf8'),
      node: { name: NODE, digest: { sha256: describe(NODE).sha256 } },
    }),
  );
  const sums = [...artifacts, describe(provenance)].map(
    ({ file, sha256 }) => `${sha256}  ${basename(file)}\n`,
  );
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
  return [...sums.map((line) => line.trimEnd()), ...missing.map((why) => `not made: ${why}`)];
}

function describe(file: string): Artifact {
  return { file, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') };
}

function versionOf(program: string): string {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return /\d+(\.\d+)+/.exec(stdout ?? '')?.[0] ?? 'none';
}

function git(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('git', args, { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  throw new RangeError(`git ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}

function readSources(): ClonedSources {
  return {
    version: VERSION,
    changelog: readFileSync('CHANGELOG.md', 'utf8'),
    commit: git('rev-parse', 'HEAD'),
    isChanged: git('status', '--porcelain') !== '',
    hasTag: git('tag', '--list', TAG) !== '',
  };
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false }, builder: { type: 'string' } },
  });
  const isDry = values['dry-run'];
  const sources = readSources();
  const reasons = whyNotReleased(sources);
  for (const reason of reasons) console.error(`release: ${reason}`);
  if (reasons.length > 0 && !isDry) {
    process.exitCode = 1;
    return;
  }
  buildProgram();
  const folder = positionals[0] ?? 'release';
  const builder = values.builder ?? LOCAL;
  const said = makeRelease({ folder, date: sourceDate(), builder, makes: ALL, sources });
  for (const line of said) console.log(line);
  if (isDry) return console.log(`dry run: ${folder}/ is made, no tag ${TAG} is set`);
  git('tag', '--annotate', TAG, '--message', `rcode5 ${VERSION}`);
  console.log(`${folder}/ is made, and the tag ${TAG} is set; expect git push to publish it`);
}

if (import.meta.main) runScript('release', main);
