/** Which files of a built clone the program needs to run, and no others: what a package without npm carries. */

import { globSync, statSync } from 'node:fs';

/** Parts of a package that run. What is imported otherwise stands in `dist/` already. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  koffi: ['package.json', 'index.cjs', 'src/koffi/{index,src/static}.cjs'],
};

export const RUN_TIME_PACKAGES: readonly string[] = Object.keys(PACKAGES);

/** Paths seen from the clone's folder, in their order. Throws a RangeError if a part is not there. */
export function listRunTimeFiles(arch: NodeJS.Architecture = process.arch): readonly string[] {
  const library = `node_modules/@koromix/koffi-linux-${arch}`;
  const patterns = [
    ...['package.json', 'config/default.yaml', 'dist/**'],
    ...[`${library}/package.json`, `${library}/index.js`, `${library}/linux_${arch}/koffi.node`],
    ...Object.entries(PACKAGES).flatMap(([name, parts]) =>
      parts.map((part) => `node_modules/${name}/${part}`),
    ),
  ];
  const files = patterns.flatMap((pattern) => {
    const found = globSync(pattern).filter((path) => statSync(path).isFile() && isNeeded(path));
    if (found.length > 0) return found;
    throw new RangeError(`no file is ${pattern}; expect npm ci and npm run build to have been run`);
  });
  return [...new Set(files)].sort();
}

/**
 * Maps are for readers of the code; what the program was built from is for those who build it. What V8 has compiled is
 * not the same in two builds.
 */
function isNeeded(path: string): boolean {
  return !/\.map$|^dist\/(build\.json$|compiled\/)/.test(path);
}
