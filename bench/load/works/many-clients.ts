/** Work: answer from the cache, for clients that have one query each under way. */

import type { Work } from '../bench.ts';
import { compare } from '../contest.ts';
import { DNSDIST_CACHE, dnsdist, dnsdistUpstream } from '../servers/dnsdist.ts';
import { rcode5 } from '../servers/rcode5.ts';
import { unbound } from '../servers/unbound.ts';
import { formatCount, formatRows } from '../table.ts';
import { cachedAnswers } from './answering.ts';

/** Each has a socket, and asks in its turn. */
const COUNTS: readonly number[] = [150, 10_000];
/** The part of the CPU of each peer that a query is to cost. */
const REACH = 0.85;

export const manyClients: Work = {
  name: 'many-clients',
  about: `A thousand names, all of them in the cache, asked by clients that have one query each under way, like hosts: 150 of them, and
${formatCount(10_000)}, each with a socket of its own, of which 150 have one under way at a time. A query is to cost at most ${REACH} × the
CPU of each peer: a ratio of ${(1 / REACH).toFixed(2)} × or more in the table.`,
  async run(bench) {
    const contest = cachedAnswers(bench, 'udp');
    const contestants = [
      rcode5({ lines: ['threads: 1'] }),
      dnsdist({ lua: (site) => `${dnsdistUpstream(site)}\n${DNSDIST_CACHE}` }),
      unbound({}),
    ];
    const tables: string[] = [];
    for (const clients of COUNTS) {
      const load = { ...contest.load, clients };
      const rows = await compare(bench, { ...contest, load, contestants });
      tables.push(`Clients: ${formatCount(clients)}\n\n${formatRows(rows)}`);
    }
    return tables.join('\n\n');
  },
};
