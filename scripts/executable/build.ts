/**
 * `npm run executable`: one file that needs no Node and no packages (a single executable application of Node.js).
 *
 * All code is one text, with every thread in it: a module is run when it is first asked for, and V8 has compiled it
 * when the executable was built. Two builds of the same sources are the same, octet by octet.
 */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { CONSOLE_BUILD, readBuild } from '../../src/admin/console-build.ts';
import { SERVER_FLAGS } from '../../src/server/thread-heap.ts';
import { bundledPackages } from '../late-packages.ts';

const OUT = 'build/executable';
export const EXECUTABLE: string = join(OUT, 'rcode5');
/** What Node looks for in itself, to know that it has a program (documentation of Node.js). */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** V8 orders what it makes by hashes, whose seed is random else. */
const FIXED = ['--hash-seed=5'];

/** Characters in a line: an error that ends the program is shown with its line. */
const LINE_LIMIT = 160;

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The Node that the executable is made of: the one of the devDependencies. */
const NODE = fileURLToPath(import.meta.resolve('node/bin/node'));

const POSTJECT = fileURLToPath(new URL('cli.js', import.meta.resolve('postject')));

/** Modules have URLs as if they stood in `dist/`, where the executable has its files (`src/program-files.ts`). */
const OWN_URLS: Plugin = {
  name: 'own URLs',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const own = relative(resolve('src'), path).replace(/\.ts$/, '.js');
      const text = bundledPackages(readFileSync(path, 'utf8'), own);
      const url = `'executable:///dist/${own}'`;
      return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
    });
  },
};

async function bundle(file: string): Promise<Metafile> {
  const modules = ['cli/program', ...globSync('**/*-thread{,-start}.ts', { cwd: 'src' }).sort()];
  const parts = modules
    .map((path) => path.replace(/\.ts$/, ''))
    .map((module) => `'${module}': () => import(${JSON.stringify(`./src/${module}.ts`)}),`);
  const { metafile } = await build({
    stdin: {
      contents: `
        const PARTS = { ${parts.join('\n')} };
        export async function start(module) {
          const { run } = await PARTS[module]();
          if (module === 'cli/program') process.exitCode = await run(process.argv.slice(2));
        }`,
      resolveDir: '.',
    },
    bundle: true,
    format: 'iife',
    globalName: 'program',
    platform: 'node',
    target: 'node24',
    // Of one octet each, and not all of them names that somebody reads in a stack.
    charset: 'ascii',
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: LINE_LIMIT,
    external: ['koffi'],
    banner: { js: '(function (require) {' },
    footer: { js: 'return program.start; })' },
    outfile: file,
    metafile: true,
    logLevel: 'warning',
    plugins: [OWN_URLS],
  });
  return metafile;
}

/** What is loaded as it is must come with Node: there is nothing else. */
function expectComplete({ outputs }: Metafile): void {
  const missing = Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external && !isBuiltin(path) && path !== 'koffi');
  if (missing.length > 0) throw new Error(`not in the executable: ${JSON.stringify(missing)}`);
}

function isBuiltin(path: string): boolean {
  return path.startsWith('node:') || builtinModules.includes(path);
}

/** The files inside, by the paths that the program has for them. */
function assets(): Record<string, string> {
  const console = readBuild(CONSOLE_BUILD);
  if (typeof console === 'string') throw new Error(`the console is not here: ${console}`);
  const names = console.files.flatMap(({ name }) => [name, `${name}.gz`]);
  const koffi = createRequire(import.meta.resolve('koffi'));
  const binary = koffi.resolve(`@koromix/koffi-linux-${process.arch}`);
  return {
    'program.cjs': join(OUT, 'program.cjs'),
    'main.cache': join(OUT, 'main.cache'),
    'thread.cache': join(OUT, 'thread.cache'),
    'boot.cjs': here('boot.cjs'),
    'koffi.node': resolve(binary, '..', `linux_${process.arch}`, 'koffi.node'),
    ...Object.fromEntries(
      ['package.json', 'config/default.yaml', 'config/example.yaml', 'LICENSE'].map((path) => [
        path,
        path,
      ]),
    ),
    ...Object.fromEntries(
      ['build.json', ...names].map((name) => [`dist/console/${name}`, `dist/console/${name}`]),
    ),
  };
}

function runNode(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(NODE, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${NODE} ${args.join(' ')} failed: ${stderr}`);
}

export async function buildExecutable(): Promise<void> {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const program = join(OUT, 'program.cjs');
  expectComplete(await bundle(program));
  runNode(...FIXED, here('cache-code.cjs'), program, SERVER_FLAGS);
  const blob = join(OUT, 'blob');
  const config = {
    main: here('boot.cjs'),
    output: blob,
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    assets: assets(),
  };
  writeFileSync(join(OUT, 'sea.json'), JSON.stringify(config));
  runNode('--experimental-sea-config', join(OUT, 'sea.json'));
  copyFileSync(NODE, EXECUTABLE);
  chmodSync(EXECUTABLE, 0o755);
  // By itself: it prints a warning for each note of Node's own.
  runNode(POSTJECT, EXECUTABLE, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE);
}

if (import.meta.main) await buildExecutable();
