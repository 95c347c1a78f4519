/** Work: answer from the cache, with few and with many clients. */

import type { Work } from '../bench.ts';
import { compare } from '../contest.ts';
import { DNSDIST_CACHE, dnsdist, dnsdistUpstream } from '../servers/dnsdist.ts';
import { rcode5 } from '../servers/rcode5.ts';
import { unbound } from '../servers/unbound.ts';
import { formatRows } from '../table.ts';
import { cachedAnswers } from './answering.ts';

const COUNTS: readonly number[] = [1, 8, 50, 150];

export const clients: Work = {
  name: 'clients',
  about: `As many queries under way as in the other works, by few clients that have many each, like
forwarders, and by many that have one each, like hosts. rcode5 sends datagrams of one length for one
client as one message.`,
  async run(bench) {
    const contest = cachedAnswers(bench, 'udp');
    const contestants = [
      rcode5({ lines: ['threads: 1'] }),
      dnsdist({ lua: (site) => `${dnsdistUpstream(site)}\n${DNSDIST_CACHE}` }),
      unbound({}),
    ];
    const tables: string[] = [];
    for (const count of COUNTS) {
      const load = { ...contest.load, clients: count };
      const rows = await compare(bench, { ...contest, load, contestants });
      tables.push(`Sockets of clients: ${count}\n\n${formatRows(rows)}`);
    }
    return tables.join('\n\n');
  },
};
