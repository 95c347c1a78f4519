/**
 * Runs the tests in files of their own processes, some at a time.
 *
 *     npm test [-- FILE…]
 *
 * With `RCODE5_TEST_SEED=N` the files run in the random order that N gives: no file may need
 * another before it. Heavy suites run in part; `npm run test:whole` runs all of them.
 */

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { buildProgram } from './build-program.ts';
import { isFresh } from './rcode5.js';

/** Files at a time beside one for each core: tests wait for processes, sockets and timers. */
const WAITING_JOBS = 3;
const MOST_JOBS = 8;
/** Compiled code, of this process's children and of theirs: the program itself has it there, too. */
const COMPILED = 'node_modules/.cache/compiled';

/** What takes long begins first, so that none of it is left for the end: files, then folders. */
export const LONG: readonly string[] = [
  'test/e2e/network/moving-batch.test.ts',
  'test/e2e/network/moving-portable.test.ts',
  'test/e2e/network/silence.test.ts',
  'test/e2e/log-loss.test.ts',
  'test/e2e/causes/',
  'test/shell/encrypted-channels.test.ts',
  'test/console/pages.test.ts',
  'test/repo/new-layer.test.ts',
  'test/shell/upstream-channels.test.ts',
  'test/e2e/',
  'test/deploy/',
];

/** All test files, in the order in which they begin. */
export function listFiles(): string[] {
  const placeOf = (file: string) => {
    const place = LONG.findIndex((long) => file.startsWith(long));
    return place < 0 ? LONG.length : place;
  };
  // The sort is stable.
  return globSync('test/**/*.test.ts')
    .sort()
    .sort((a, b) => placeOf(a) - placeOf(b));
}

/** The same order for the same seed (Fisher and Yates, with a linear congruential generator). */
export function shuffle<T>(list: readonly T[], seed: number): T[] {
  const shuffled = [...list];
  let state = seed;
  for (let left = shuffled.length; left > 1; left--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const at = Math.floor((state / 2 ** 32) * left);
    [shuffled[at], shuffled[left - 1]] = [shuffled[left - 1]!, shuffled[at]!];
  }
  return shuffled;
}

async function main(named: readonly string[]): Promise<number> {
  const seed = process.env['RCODE5_TEST_SEED'];
  const files = named.length > 0 ? named : listFiles();
  if (seed !== undefined) console.log(`tests: in the order of RCODE5_TEST_SEED=${seed}`);
  const jobs = Math.min(availableParallelism() + WAITING_JOBS, MOST_JOBS);
  const ordered = seed === undefined ? files : shuffle(files, Number(seed));
  const args = ['node_modules/mocha/bin/mocha.js', '--parallel', '--jobs', String(jobs)];
  const { status } = spawnSync(process.execPath, [...args, ...ordered], {
    stdio: 'inherit',
    env: await environment(),
  });
  return status ?? 1;
}

/**
 * Servers that tests start run as users run them: built. Where coverage is measured it is that of the sources,
 * and code has to be compiled anew: V8 counts cached code less exactly.
 */
async function environment(): Promise<NodeJS.ProcessEnv> {
  const { NODE_V8_COVERAGE, NODE_COMPILE_CACHE = resolve(COMPILED) } = process.env;
  if (NODE_V8_COVERAGE !== undefined) return process.env;
  if (!isFresh()) await buildProgram();
  return { RCODE5_MAIN: resolve('dist/cli/main.js'), ...process.env, NODE_COMPILE_CACHE };
}

// mocha loads what tests import without waiting for it: no await at this level.
if (import.meta.main) {
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
