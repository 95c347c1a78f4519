/**
 * Packages that are large and that few configurations need: the sources load them when they are used, by
 * `createRequire(import.meta.url)('NAME')` on one line. Each is built into a file of its own.
 */

import { dirname, join, relative } from 'node:path';

/** The file of each, in `dist/packages/`, by what the sources ask for. */
const FILES: ReadonlyMap<string, string> = new Map([
  ['re2js', 're2js.cjs'],
  ['toml-eslint-parser', 'toml.cjs'],
  ['tldts/dist/cjs/src/data/trie.js', 'public-suffixes.cjs'],
]);

const CREATE = 'createRequire(import.meta.url)';
const LOAD = /createRequire\(import\.meta\.url\)\('([^']+)'\)/g;

export async function buildLatePackages(folder: string): Promise<void> {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [...FILES].map(([name, file]) => ({ in: name, out: file.replace('.cjs', '') })),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    minifySyntax: true,
    minifyWhitespace: true,
    outdir: join(folder, 'packages'),
    outExtension: { '.js': '.cjs' },
    logLevel: 'warning',
  });
}

/** The text of the source at `path`, seen from `src/`, with the files that were built in place of the packages. */
export function fromBuiltPackages(text: string, path: string): string {
  return text.replace(LOAD, (load, name: string) => {
    const file = FILES.get(name);
    if (file === undefined) return load;
    const near = relative(dirname(path), join('packages', file));
    return `createRequire(import.meta.url)('${near}')`;
  });
}

/**
 * The same, with calls that a bundler sees: the packages become part of the bundle. Throws for a source that loads
 * one of no bundle in another way, but for koffi, which has native code.
 */
export function bundledPackages(text: string, path: string): string {
  const bundled = text.replace(LOAD, (load, name: string) =>
    FILES.has(name) ? `require('${name}')` : load,
  );
  if (!bundled.replaceAll(`${CREATE}('koffi')`, '').includes(CREATE)) return bundled;
  throw new Error(`${path} loads a package that scripts/late-packages.ts does not name`);
}
