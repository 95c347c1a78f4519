/** Work: answer from the cache. */

import type { Work } from '../bench.ts';
import { compare } from '../contest.ts';
import { dnsmasq } from '../servers/dnsmasq.ts';
import { formatRows } from '../table.ts';
import { cachedAnswers, cachingContestants } from './answering.ts';

export const cached: Work = {
  name: 'cached',
  about: `A thousand names, all of them in the cache; the upstream, NSD, is seen to be idle. dnsdist
answers from its packet cache.`,
  async run(bench) {
    const rows = await compare(bench, {
      ...cachedAnswers(bench, 'udp'),
      contestants: [...cachingContestants(), dnsmasq({ cacheSize: 10_000 })],
    });
    return formatRows(rows);
  },
};
