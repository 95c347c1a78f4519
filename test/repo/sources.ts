/** The source files, and what each imports. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Source {
  /** Its path from the project's folder: `src/wire/name.ts`. */
  readonly file: string;
  readonly text: string;
  /** Paths of our files that it imports. */
  readonly own: readonly string[];
  /** Packages that it imports; those of Node are not among them. */
  readonly packages: readonly string[];
}

const IMPORT = /(?:^(?:import|export)\b[^'"]*?from |^import |\bimport\()'([^']+)'/gm;

/** Those of `src/`, or of other folders too. */
export function readSources(patterns: readonly string[] = ['src/**/*.ts']): Source[] {
  return globSync([...patterns])
    .sort()
    .map((file) => {
      const text = readFileSync(file, 'utf8');
      const imported = [...text.matchAll(IMPORT)].map(([, what]) => what!);
      return {
        file,
        text,
        own: imported.filter((what) => what.startsWith('.')).map((what) => join(file, '..', what)),
        packages: imported.filter((what) => !/^\.|^node:/.test(what)).map(packageOf),
      };
    });
}

/** `koffi/promises` is a part of koffi, `@types/node/fs` of @types/node. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
