/** Work: answer from the cache, for clients that have one query each under way. */

import type { Work } from '../bench.ts';
import { compare } from '../contest.ts';
import { DNSDIST_CACHE, dnsdist, dnsdistUpstream } from '../servers/dnsdist.ts';
import { rcode5 } from '../servers/rcode5.ts';
import { unbound } from '../servers/unbound.ts';
import { formatCount, formatRows } from '../table.ts';
import { cachedAnswers } from './answering.ts';

interface Crowd {
  readonly clients: number;
  /** Queries in a second; undefined for as many as are answered. */
  readonly rate: number | undefined;
}

/** A query each at once from ten thousand would be more than a receive buffer holds, of any server. */
const CROWDS: readonly Crowd[] = [
  { clients: 150, rate: undefined },
  { clients: 10_000, rate: 40_000 },
];
/** The part of the CPU of each peer that a query is to cost. */
const REACH = 0.85;

export const manyClients: Work = {
  name: 'many-clients',
  about: `A thousand names, all of them in the cache, asked by clients that have one query each under way, like hosts: 150 of them,
as many queries as are answered; and ${formatCount(10_000)}, each with a socket of its own, together 40,000 queries a second. A query is to cost at most ${REACH} × the
CPU of each peer: a ratio of ${(1 / REACH).toFixed(2)} × or more in the table.`,
  async run(bench) {
    const contest = cachedAnswers(bench, 'udp');
    const contestants = [
      rcode5({ lines: ['threads: 1'] }),
      dnsdist({ lua: (site) => `${dnsdistUpstream(site)}\n${DNSDIST_CACHE}` }),
      unbound({}),
    ];
    const tables: string[] = [];
    for (const { clients, rate } of CROWDS) {
      const load = { ...contest.load, clients, ...(rate === undefined ? {} : { rate }) };
      const rows = await compare(bench, { ...contest, load, contestants });
      const limit = rate === undefined ? '' : `, ${formatCount(rate)} queries a second`;
      tables.push(`Clients: ${formatCount(clients)}${limit}\n\n${formatRows(rows)}`);
    }
    return tables.join('\n\n');
  },
};
