/**
 * Builds the program into `dist/`: few files with all that they import, since reading hundreds of them takes
 * most of a start.
 *
 * Code is in `dist/chunks/`. Threads and commands begin where their sources do, in `dist/server/` and so on, with
 * a line that imports their code: paths are found from a module's own place, in `src/` and in `dist/` alike.
 */

import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { BUILD_FILE, describeSource } from './rcode5.js';

const OUT = 'dist';
/** What runs by itself: the command line, and every thread. */
const ENTRIES = [
  'cli/program',
  'server/data-thread-start',
  'load/snapshot-thread',
  'transfer/list-thread',
  'transfer/zone-thread',
  'logs/clickhouse-thread',
  'logs/log-thread',
  'logs/counting/count-thread',
  'admin/v1/candidate-thread',
];

/** Loaded as they are: they have native code, or files of their own. */
const EXTERNAL = ['koffi', 'dns2', 'tldts'];

/** Packages in CommonJS call `require`. */
const BANNER =
  "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);";

export async function buildProgram(): Promise<void> {
  const { build } = await import('esbuild');
  for (const folder of ['chunks', ...new Set(ENTRIES.map((entry) => entry.split('/')[0]!))]) {
    rmSync(join(OUT, folder), { recursive: true, force: true });
  }
  // Before they are read: what changes meanwhile is not in the build.
  const sources = ['package-lock.json', ...globSync('src/**/*.ts')].map(describeSource);
  await build({
    entryPoints: ENTRIES.map((entry) => ({ in: `src/${entry}.ts`, out: basename(entry) })),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    sourcemap: 'linked',
    sourcesContent: false,
    external: EXTERNAL,
    banner: { js: BANNER },
    outdir: join(OUT, 'chunks'),
    chunkNames: '[name]-[hash]',
    logLevel: 'warning',
    plugins: [
      {
        name: 'own place',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, ({ path }) => ({ contents: placed(path), loader: 'ts' }));
        },
      },
    ],
  });
  for (const entry of ENTRIES) write(entry, `import '${toChunk(entry)}';\n`);
  write('cli/program', `export * from '${toChunk('cli/program')}';\n`);
  // An old Node reads it too: it has no types.
  const main = readFileSync('src/cli/main.ts', 'utf8');
  write('cli/main', main.replace('program.ts', 'program.js'));
  writeFileSync(BUILD_FILE, `${sources.join('\n')}\n`);
}

/** The text of a source whose `import.meta.url` is the place that it has in `dist/`. */
function placed(path: string): string {
  const text = readFileSync(path, 'utf8');
  if (!text.includes('import.meta.url')) return text;
  const own = relative(resolve('src'), path).replace(/\.ts$/, '.js');
  return text.replaceAll('import.meta.url', `new URL('../${own}', import.meta.url).href`);
}

function toChunk(entry: string): string {
  return `${relative(dirname(entry), '.')}/chunks/${basename(entry)}.js`;
}

function write(entry: string, text: string): void {
  const file = join(OUT, `${entry}.js`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Without the packages that build it, what was built stays. */
export async function main(): Promise<void> {
  try {
    await buildProgram();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
  }
}

if (import.meta.main) await main();
