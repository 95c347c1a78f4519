/** What works that forward every query have in common. */

import type { Bench } from '../bench.ts';
import type { Contest } from '../contest.ts';
import { CLIENT, writeUncachedQueries } from '../names.ts';
import { ANSWERED } from './answering.ts';

/** Names that no cache keeps: the upstream gets every query. */
export function forwardedQueries(bench: Bench): Pick<Contest, 'load' | 'upstream'> {
  const queries = writeUncachedQueries(bench);
  return {
    load: { queries, transport: 'udp', source: CLIENT, ready: ANSWERED, expected: { NOERROR: 1 } },
    upstream: 'asked',
  };
}

export const NO_CACHE: readonly string[] = ['cache: { entries: 0 }'];
