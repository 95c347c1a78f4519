/**
 * Runs the tests in files of their own processes, some at a time.
 *
 *     npm test [-- FILE…]
 *
 * With `RCODE5_TEST_SEED=N` the files run in the random order that N gives: no file may need
 * another before it.
 */

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Tests wait for processes and sockets as much as they compute, so one for each core is too few. */
const LEAST_JOBS = 3;
const MOST_JOBS = 4;
const LONG = 'test/e2e/';

/** All test files: those that take long first, so that none of them is left for the end. */
export function listFiles(): string[] {
  const files = globSync('test/**/*.test.ts').sort();
  const isLong = (file: string) => file.startsWith(LONG);
  return [...files.filter(isLong), ...files.filter((file) => !isLong(file))];
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

function main(named: readonly string[]): number {
  const seed = process.env['RCODE5_TEST_SEED'];
  const files = named.length > 0 ? named : listFiles();
  if (seed !== undefined) console.log(`tests: in the order of RCODE5_TEST_SEED=${seed}`);
  const jobs = Math.min(Math.max(availableParallelism(), LEAST_JOBS), MOST_JOBS);
  const ordered = seed === undefined ? files : shuffle(files, Number(seed));
  const args = ['node_modules/mocha/bin/mocha.js', '--parallel', '--jobs', String(jobs)];
  const { status } = spawnSync(process.execPath, [...args, ...ordered], { stdio: 'inherit' });
  return status ?? 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
