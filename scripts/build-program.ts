/**
 * Builds the program into `dist/`: a bundle for the command line, one for `serve`, one for each thread. Finding and
 * reading hundreds of modules takes most of a start; a bundle is read at once, with the code that an earlier start has
 * compiled (`load.cjs`).
 *
 * Bundles are in `dist/bundles/`, in CommonJS, whose loader takes less time. Where a source of that name would stand, in
 * `dist/server/` and so on, a line loads one: code finds its neighbours by `import.meta.url`, in `src/` and in `dist/` alike.
 */

import { createHash } from 'node:crypto';
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { SERVER_FLAGS } from '../src/server/thread-heap.ts';
import { buildLatePackages, fromBuiltPackages } from './late-packages.ts';
import { BUILD_FILE, describeSource } from './rcode5.js';

const OUT = 'dist';
const BUNDLES = join(OUT, 'bundles');

/** The command line; and what is run most, or has to be small. */
const PROGRAM = 'cli/program';
const SERVE = 'cli/serve-program';
const VERSION = 'cli/version-program';
/** What a data thread begins with, and then loads. */
const DATA_THREAD = 'server/data-thread';
/** What runs in threads. */
const THREADS = [
  'server/data-thread-start',
  DATA_THREAD,
  'load/snapshot-thread',
  'transfer/list-thread',
  'transfer/zone-thread',
  'logs/clickhouse-thread',
  'logs/log-thread',
  'logs/otlp-thread',
  'logs/counting/count-thread',
  'admin/v1/candidate-thread',
];

/** Loaded as it is: it has native code. */
const EXTERNAL = ['koffi'];

/** What makes a bundle of sources. */
const BUILDERS = ['build-program.ts', 'late-packages.ts', 'load.cjs'].map(
  (name) => `scripts/${name}`,
);

/** Modules of Node that take long to load: in a bundle, each is loaded when something of it is first used. */
const LATE =
  'assert child_process cluster crypto dgram dns/promises fs/promises http https net perf_hooks readline stream ' +
  'timers/promises tls v8 zlib';

/** Files of packages that nothing calls, and that load much of Node. */
const UNUSED = /[\\/]prom-client[\\/]lib[\\/](pushgateway|cluster)\.js$/;

/** What `load.cjs` calls. */
const BANNER = '(function (exports, require, module, place) { "use strict";';
const FOOTER = '})';

/** Characters in a line: an error that ends the program is shown with its line. */
const LINE_LIMIT = 160;

export async function buildProgram(): Promise<void> {
  // Where nothing can build, what was built stays.
  await import('esbuild');
  const folders = [PROGRAM, ...THREADS].map((entry) => entry.split('/')[0]!);
  for (const folder of ['bundles', 'chunks', 'compiled', 'packages', ...new Set(folders)]) {
    rmSync(join(OUT, folder), { recursive: true, force: true });
  }
  // Before they are read: what changes meanwhile is not in the build.
  const sources = ['package-lock.json', ...BUILDERS, ...globSync('src/**/*.ts')].map(
    describeSource,
  );
  const entries = [PROGRAM, SERVE, VERSION, ...THREADS];
  const [program, serve, version, ...threads] = await Promise.all(entries.map(bundle));
  for (const [i, entry] of THREADS.entries()) {
    const load = `require('${up(entry)}/load.cjs').load('${entry}', '${threads[i]}', 'thread')`;
    write(`${entry}.cjs`, `module.exports = ${load};\n`);
  }
  write(
    'cli/start.cjs',
    `const { load } = require('../load.cjs');
const word = process.argv[2] ?? '';
const use = /^[a-z]+$/.test(word) ? word : 'help';
// V8 takes no code that was compiled under other flags.
if (word === 'serve' || word === 'demo') require('node:v8').setFlagsFromString('${SERVER_FLAGS}');
if (word === 'serve') module.exports = load('${SERVE}', '${serve}', use);
else if (word === '--version') module.exports = load('${VERSION}', '${version}', use);
else module.exports = load('${PROGRAM}', '${program}', use);
`,
  );
  await buildLatePackages(OUT);
  write('cli/main.js', withRequire(readFileSync('src/cli/main.ts', 'utf8')));
  copyFileSync('scripts/load.cjs', join(OUT, 'load.cjs'));
  writeFileSync(BUILD_FILE, `${sources.join('\n')}\n`);
}

/** Writes a bundle; resolves with what identifies its text. */
async function bundle(entry: string): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [`src/${entry}.ts`],
    outfile: join(BUNDLES, `${entry.replaceAll('/', '-')}.js`),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    // Without new names: those of functions are in stacks and profiles.
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: LINE_LIMIT,
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    // Bundles that are imported are loaded by `require`.
    supported: { 'dynamic-import': false },
    external: EXTERNAL,
    banner: { js: BANNER },
    footer: { js: FOOTER },
    logLevel: 'warning',
    plugins: [OWN_PLACE, OTHER_BUNDLES, LATE_MODULES, LEFT_OUT],
    write: false,
  });
  mkdirSync(BUNDLES, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  const code = outputFiles.find(({ path }) => path.endsWith('.js'))!;
  return createHash('sha256').update(code.contents).digest('hex').slice(0, 16);
}

/** `import.meta.url` of a source is the place that it would have in `dist/`. */
const OWN_PLACE: Plugin = {
  name: 'own place',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const own = relative(resolve('src'), path).replace(/\.ts$/, '.cjs');
      const text = fromBuiltPackages(readFileSync(path, 'utf8'), own);
      return { contents: text.replaceAll('import.meta.url', `(place + '${own}')`), loader: 'ts' };
    });
  },
};

/** A bundle that another loads when it needs it. */
const OTHER_BUNDLES: Plugin = {
  name: 'other bundles',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      const entry = relative(resolve('src'), resolve(resolveDir, path)).replace(/\.ts$/, '');
      if (kind !== 'dynamic-import' || entry !== DATA_THREAD) return undefined;
      return { path: path.replace(/\.ts$/, '.cjs'), external: true };
    });
  },
};

/** In place of a module of Node, one that loads it when something of it is used. */
const LATE_MODULES: Plugin = {
  name: 'late modules',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(node:)?(${LATE.replaceAll(' ', '|')})$`);
    onResolve({ filter }, ({ path, namespace }) => {
      const name = path.replace(/^node:/, '');
      return namespace === 'late' ? { path, external: true } : { path: name, namespace: 'late' };
    });
    onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path) as object);
      const getters = names.map((name) => `get ${name}() { return of().${name}; }`);
      const of = `let loaded; const of = () => loaded ??= require('node:${path}');`;
      return { contents: `${of}\nmodule.exports = { ${getters.join(', ')} };\n`, loader: 'js' };
    });
  },
};

const LEFT_OUT: Plugin = {
  name: 'left out',
  setup({ onLoad }) {
    onLoad({ filter: UNUSED }, () => ({ contents: '' }));
  },
};

/** The first file of the program, with the bundle in place of the sources. */
function withRequire(main: string): string {
  const built = main.replace(/await import\('\.\/start\.ts'\)/, "require('./start.cjs')");
  if (built === main) throw new Error('src/cli/main.ts does not import start.ts');
  return built;
}

function up(entry: string): string {
  return relative(dirname(entry), '.');
}

function write(path: string, text: string): void {
  const file = join(OUT, path);
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
