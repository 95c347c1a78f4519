/**
 * `npm run deb [-- FOLDER]`: a package for Debian with its own Node, made by dpkg-deb alone, and the same octet
 * for octet from the same sources (SOURCE_DATE_EPOCH, else the time of the commit).
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runScript } from '../run-script.ts';
import { sourceDate } from '../source-date.ts';
import { controlFiles } from './control.ts';
import { architecture, VERSION } from './identity.ts';
import { placeFiles } from './packed-file.ts';
import { listFiles } from './tree.ts';

const PREPACK = fileURLToPath(new URL('../prepack.js', import.meta.url));

/** Threads have no part in what xz writes: dpkg-deb cuts the data into the same blocks for any number. */
const COMPRESSIONS = { best: ['-Zxz', '-z6'], fastest: ['-Zxz', '-z0'], none: ['-Znone'] } as const;

interface DebOptions {
  /** Where it is written to. */
  readonly folder: string;
  /** Seconds since 1970: of all files in it. */
  readonly date: number;
  /** How small it gets; `none` is quick to make and to install. */
  readonly compression?: keyof typeof COMPRESSIONS;
}

/** Makes the package of what is built; returns its file. Throws an Error with what dpkg-deb says. */
export function buildDeb({ folder, date, compression = 'best' }: DebOptions): string {
  const root = mkdtempSync(join(tmpdir(), 'rcode5-deb-'));
  try {
    const files = listFiles(date);
    placeFiles([...files, ...controlFiles(files)], root, date);
    mkdirSync(folder, { recursive: true });
    const deb = join(folder, `rcode5_${VERSION}_${architecture()}.deb`);
    runDpkgDeb(['--root-owner-group', ...COMPRESSIONS[compression], '--build', root, deb], date);
    return deb;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function runDpkgDeb(args: readonly string[], date: number): void {
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(date), LC_ALL: 'C' };
  const { status, error, stderr } = spawnSync('dpkg-deb', args, { env, encoding: 'utf8' });
  if (status === 0) return;
  const isMissing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  if (isMissing) throw new Error('there is no dpkg-deb in PATH; expect the package dpkg');
  throw new Error(`dpkg-deb: ${error?.message ?? stderr}`);
}

/** Builds what is not built from the sources that are here. Ends the process when that cannot be done. */
export function buildProgram(): void {
  const { status } = spawnSync(process.execPath, [PREPACK], { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(1);
}

function main(): void {
  const { positionals } = parseArgs({ allowPositionals: true });
  const date = sourceDate();
  buildProgram();
  console.log(buildDeb({ folder: positionals[0] ?? 'release', date }));
}

if (import.meta.main) runScript('deb', main);
