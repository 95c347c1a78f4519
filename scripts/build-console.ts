/** Builds the console into `dist/console/`: bundles whose names change with their content. */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  CONSOLE_BUILD,
  type ConsoleBuild,
  hashSources,
  readBuild,
} from '../src/admin/console-build.ts';
import { VERSION } from '../src/version.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The files of the console, by the names that the page has for them. */
async function bundle(): Promise<Map<string, Uint8Array>> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: ['console/main.tsx'],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outdir: 'console',
    write: false,
    logLevel: 'warning',
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
  return files.set('icon.svg', readFileSync('console/icon.svg'));
}

/** Writes what is built; its folder has nothing else in it. */
export async function buildConsole(folder: URL = CONSOLE_BUILD): Promise<ConsoleBuild> {
  const built = await bundle();
  let page = readFileSync('console/index.html', 'utf8');
  const files = [...built].map(([name, content]) => {
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 10);
    const hashed = `${basename(name, extname(name))}-${hash}${extname(name)}`;
    page = page.replaceAll(`"console/${name}"`, `"console/${hashed}"`);
    return { name: hashed, content };
  });
  files.push({ name: 'index.html', content: Buffer.from(page) });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, content } of files) {
    writeFileSync(new URL(name, folder), content);
    writeFileSync(new URL(`${name}.gz`, folder), gzipSync(content, { level: 9 }));
  }
  const build = {
    version: VERSION,
    sources: hashSources()!,
    files: files.map(({ name }) => ({ name, type: TYPES[extname(name)]! })),
  };
  writeFileSync(new URL('build.json', folder), `${JSON.stringify(build)}\n`);
  return build;
}

/** Without the packages that build it, what was built stays; it is not served when it is stale. */
export async function main(): Promise<void> {
  try {
    await buildConsole();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    const build = readBuild(CONSOLE_BUILD);
    if (typeof build === 'string') console.log(`the console is not here: ${build}`);
  }
}

if (import.meta.main) await main();
