/** Packages of others whose code is in what we ship, be it as files or within `dist/`. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** By SPDX. */
  readonly licence: string;
  readonly text: string;
}

/** In the console, which is built from them; all others are dependencies at run time. */
export const IN_CONSOLE: readonly string[] = ['preact', 'uplot'];

export function listLicensed(): readonly Licensed[] {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  return Object.entries(lock.packages).flatMap(([path, { version, license, dev, optional }]) => {
    const name = path.replace(/^.*node_modules\//, '');
    // Optional are the libraries of koffi for each system, under the licence of koffi.
    const isShipped = (dev !== true && optional !== true) || IN_CONSOLE.includes(name);
    if (path === '' || !isShipped) return [];
    return [{ name, version: version!, licence: license!, text: licenceText(path) }];
  });
}

function licenceText(path: string): string {
  const [file] = globSync(join(path, '{LICENSE,LICENCE,license,COPYING}*'));
  if (file !== undefined) return readFileSync(file, 'utf8');
  // Some have it at the end of their README alone.
  const readme = globSync(join(path, '{README,readme}*')).map((name) => readFileSync(name, 'utf8'));
  const section = readme
    .join('\n')
    .split(/^#+ *licen[sc]e.*$/im)[1]
    ?.trim();
  return section ?? '';
}
