/** Packages to install: that of the sources that are here, and a newer one. */

import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildDeb, buildProgram } from '../../../scripts/debian/deb.ts';
import { isFresh } from '../../../scripts/rcode5.js';
import { VERSION } from '../../../src/version.ts';

export const NEXT = '99.0.0';
/** Any time: what is made of the same sources is the same. */
export const DATE = 1_790_000_000;

/** Makes `1.deb` in a folder, and `2.deb`, which differs by its version alone. */
export function makePackages(folder: string): void {
  if (!isFresh()) buildProgram();
  const deb = buildDeb({ folder, date: DATE, compression: 'none' });
  renameSync(deb, join(folder, '1.deb'));
  const tree = join(folder, 'next');
  dpkgDeb('--raw-extract', join(folder, '1.deb'), tree);
  replace(join(tree, 'DEBIAN', 'control'), `Version: ${VERSION}-1`, `Version: ${NEXT}-1`);
  const manifest = join(tree, 'usr', 'lib', 'rcode5', 'package.json');
  replace(manifest, `"version": "${VERSION}"`, `"version": "${NEXT}"`);
  dpkgDeb('--root-owner-group', '-Znone', '--build', tree, join(folder, '2.deb'));
}

function replace(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(file, text.replace(from, to));
}

function dpkgDeb(...args: readonly string[]): void {
  const { status, stderr } = spawnSync('dpkg-deb', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
