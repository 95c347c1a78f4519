/** The program and Node where every user can read them, wherever the tests are. */

import { chmodSync, constants, copyFileSync, cpSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeFolder } from './processes.ts';
import { ROOT } from './rcode5.ts';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

export interface Installation {
  readonly node: string;
  /** The script that Node runs. */
  readonly program: string;
}

/** Copies what is installed of the program: its code, and the packages that it imports. */
export function install(): Installation {
  const folder = makeFolder();
  chmodSync(folder, 0o755);
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  const imported = Object.entries(packages).flatMap(([path, { dev = false }]) =>
    path === '' || dev ? [] : [path],
  );
  for (const path of ['src', 'package.json', ...imported]) copy(path, folder);
  const node = join(folder, basename(process.execPath));
  copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE);
  return { node, program: join(folder, 'src', 'cli', 'main.ts') };
}

/** Packages for other platforms stand in the lock file too, and are not there. */
function copy(path: string, folder: string): void {
  try {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
