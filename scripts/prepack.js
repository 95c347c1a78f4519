/**
 * Runs before `npm pack`: a package is what was built from the sources that are here. In a fresh clone nothing
 * is, and the packages that build it are not there: `npm ci` brings them, and builds.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { isFresh } from './rcode5.js';

const BUILDERS = new URL('../node_modules/esbuild', import.meta.url);
const PAGES = new URL('../dist/console/index.html', import.meta.url);

if (!existsSync(BUILDERS)) run('ci');
if (!isFresh() || !existsSync(PAGES)) run('run', 'build');
if (!isFresh() || !existsSync(PAGES)) {
  process.stderr.write(
    'dist/ is not what the sources are; expect npm run build to have built it\n',
  );
  process.exit(1);
}

/**
 * Runs npm, as the npm that runs this. What it prints is not for the stdout of `npm pack`, which is data.
 *
 * @param {...string} words
 */
function run(...words) {
  const npm = process.env['npm_execpath'];
  const [file, args] = npm ? [process.execPath, [npm, ...words]] : ['npm', words];
  const { status, error } = spawnSync(file, args, { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  process.stderr.write(`npm ${words.join(' ')} failed${error ? `: ${error.message}` : ''}\n`);
  process.exit(1);
}
