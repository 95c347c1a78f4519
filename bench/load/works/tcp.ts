/** Work: answer from the cache over TCP. */

import type { Work } from '../bench.ts';
import { compare } from '../contest.ts';
import { formatRows } from '../table.ts';
import { cachedAnswers, cachingContestants } from './answering.ts';

export const tcp: Work = {
  name: 'tcp',
  about: `The same thousand names in the cache, asked for over eight TCP connections that stay open,
with some twenty queries under way on each.`,
  async run(bench) {
    const rows = await compare(bench, {
      ...cachedAnswers(bench, 'tcp'),
      contestants: cachingContestants(),
    });
    return formatRows(rows);
  },
};
