/** Which files the console has, and whether they were built from the sources that are here. */

import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isExecutable, PROGRAM, readProgramFile } from '../program-files.ts';
import { VERSION } from '../version.ts';

export const CONSOLE_BUILD: URL = new URL('dist/console/', PROGRAM);
/** What the console is made of, in the repository. */
const SOURCES = ['console/**/*.{ts,tsx,css,html,svg,json}', 'src/admin/api/**/*.ts'] as const;
const MANIFEST = 'build.json';

export interface ConsoleBuild {
  readonly version: string;
  /** Over all sources. */
  readonly sources: string;
  readonly files: readonly { readonly name: string; readonly type: string }[];
}

/** A hash over the sources of the console; undefined where they are not: in a package. */
export function hashSources(root: URL = PROGRAM): string | undefined {
  if (isExecutable) return undefined;
  const folder = fileURLToPath(root);
  if (!existsSync(new URL('console/', root))) return undefined;
  const hash = createHash('sha256');
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: folder })).sort();
  for (const file of files) {
    const text = readFileSync(new URL(file, root));
    hash.update(`${file} ${text.length}\n`).update(text);
  }
  return hash.digest('hex');
}

/** The build in a folder; a text that says why it cannot be served. */
export function readBuild(
  folder: URL,
  sources: string | undefined = hashSources(),
): ConsoleBuild | string {
  let build: ConsoleBuild;
  try {
    build = JSON.parse(readProgramFile(new URL(MANIFEST, folder)).toString());
  } catch {
    return 'it has not been built; run npm run build:console';
  }
  if (build.version !== VERSION)
    return `it was built for ${build.version}; run npm run build:console`;
  if (sources !== undefined && build.sources !== sources) {
    return 'it was built from other sources; run npm run build:console';
  }
  return build;
}
