/** Work: forward every query. */

import type { Work } from '../bench.ts';
import { compare } from '../contest.ts';
import { bind } from '../servers/bind.ts';
import { dnsdist, dnsdistUpstream } from '../servers/dnsdist.ts';
import { dnsmasq } from '../servers/dnsmasq.ts';
import { rcode5AndOneThread } from '../servers/rcode5.ts';
import { unbound } from '../servers/unbound.ts';
import { formatRows } from '../table.ts';
import { forwardedQueries, NO_CACHE } from './forwarding.ts';

export const forwarded: Work = {
  name: 'forwarded',
  about: `Every query goes to the upstream, NSD, which is seen to work: a hundred thousand names with a
TTL of 0, no cache where it can be turned off. Queries per second say as much about the core of
NSD and the load generator as about the server; the CPU per query does not.`,
  async run(bench) {
    const rows = await compare(bench, {
      ...forwardedQueries(bench),
      contestants: [
        ...rcode5AndOneThread({ lines: NO_CACHE }),
        dnsdist({ lua: dnsdistUpstream }),
        unbound({}),
        dnsmasq({ cacheSize: 0 }),
        bind({}),
      ],
    });
    return formatRows(rows);
  },
};
