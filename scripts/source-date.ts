/** When the sources were last changed: the only time that stands in what is built from them. */

import { spawnSync } from 'node:child_process';

/**
 * Seconds since 1970 of `SOURCE_DATE_EPOCH` (reproducible-builds.org), else of the commit that is built.
 * Throws a RangeError where there is neither.
 */
export function sourceDate(environment: NodeJS.ProcessEnv = process.env): number {
  const given = environment['SOURCE_DATE_EPOCH'];
  if (given !== undefined) {
    if (/^\d{1,10}$/.test(given)) return Number(given);
    throw new RangeError(`SOURCE_DATE_EPOCH is "${given}"; expect seconds since 1970`);
  }
  const { stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' });
  if (/^\d+$/.test(stdout?.trim() ?? '')) return Number(stdout);
  throw new RangeError(
    'this is no clone by git; expect SOURCE_DATE_EPOCH, in seconds since 1970, to date what is built',
  );
}
