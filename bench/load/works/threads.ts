/** Work: rcode5 with several numbers of data threads. */

import type { Bench, Work } from '../bench.ts';
import { type Contest, compare } from '../contest.ts';
import type { Contestant } from '../contestant.ts';
import { rcode5 } from '../servers/rcode5.ts';
import { formatRows } from '../table.ts';
import { cachedAnswers } from './answering.ts';
import { forwardedQueries, NO_CACHE } from './forwarding.ts';
import { RCODE5_REFUSES, refusals } from './refusing.ts';

const COUNTS: readonly number[] = [0, 1, 2];

export const threads: Work = {
  name: 'threads',
  about: `rcode5 alone, with no data thread besides the main one, with one, and with two. Two have a
second core; on a machine of two cores they share it with the load generator, so that their
queries per second say little.`,
  async run(bench) {
    const parts: readonly [string, Omit<Contest, 'contestants'>, readonly string[]][] = [
      ['Answers from the cache:', cachedAnswers(bench, 'udp'), []],
      ['Refusals, logged to a file:', { ...refusals(bench), logged: 1 }, RCODE5_REFUSES],
      ['Every query forwarded:', forwardedQueries(bench), NO_CACHE],
    ];
    const tables: string[] = [];
    for (const [title, contest, lines] of parts) {
      const rows = await compare(bench, { ...contest, contestants: contestants(bench, lines) });
      tables.push(`${title}\n\n${formatRows(rows)}`);
    }
    return tables.join('\n\n');
  },
};

function contestants({ cores }: Bench, lines: readonly string[]): Contestant[] {
  return COUNTS.map((count) =>
    rcode5({
      label: `threads: ${count}`,
      lines: [...lines, `threads: ${count}`],
      isLogged: true,
      cores: count > 1 ? cores.twoThreads : cores.server,
    }),
  );
}
