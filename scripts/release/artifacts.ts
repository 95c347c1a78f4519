/** The files of a release, and how each is made from what is built. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../src/version.ts';
import { buildDeb } from '../debian/deb.ts';
import { makeSbom } from './sbom.ts';

/** Where `npm run executable` leaves it. */
const EXECUTABLE = 'build/executable/rcode5';

/** Makes one in a folder; returns its file. `missing` is a reason why there is none. */
export type Make = (folder: string, date: number) => string | { readonly missing: string };

const name = (end: string) => `rcode5-${VERSION}${end}`;

function makeTarball(folder: string): string {
  // Everything is built already.
  run('npm', 'pack', '--ignore-scripts', '--pack-destination', folder);
  const file = join(folder, name('.tgz'));
  readFileSync(file);
  return file;
}

function makeDeb(folder: string, date: number): string {
  return buildDeb({ folder, date });
}

function makeExecutable(folder: string): ReturnType<Make> {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  if (scripts.executable === undefined) return { missing: 'package.json has no script executable' };
  run('npm', 'run', '--silent', 'executable');
  const file = join(folder, name(`-linux-${process.arch}`));
  copyFileSync(EXECUTABLE, file);
  return file;
}

function makeBom(folder: string, date: number): string {
  const file = join(folder, name('.cdx.json'));
  // Whole or not at all.
  writeFileSync(`${file}.new`, makeSbom(date));
  renameSync(`${file}.new`, file);
  return file;
}

/** Those that take a moment, and those that take a while. */
export const QUICK: readonly Make[] = [makeTarball, makeBom];
export const ALL: readonly Make[] = [makeTarball, makeDeb, makeExecutable, makeBom];

function run(command: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error ?? stderr}`);
}
