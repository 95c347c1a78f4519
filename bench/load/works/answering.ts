/** What works that answer from a cache have in common. */

import type { Bench } from '../bench.ts';
import type { Contest } from '../contest.ts';
import type { Contestant } from '../contestant.ts';
import type { Question } from '../first-answer.ts';
import { CLIENT, cachedName, writeCachedQueries } from '../names.ts';
import { bind } from '../servers/bind.ts';
import { DNSDIST_CACHE, dnsdist, dnsdistUpstream } from '../servers/dnsdist.ts';
import { rcode5AndOneThread } from '../servers/rcode5.ts';
import { unbound } from '../servers/unbound.ts';

const NOERROR = 0;

export const ANSWERED: Question = { name: cachedName(0), rcode: NOERROR, source: CLIENT };

/** Names that all fit into the cache; once they are there, the upstream hears no more. */
export function cachedAnswers(
  bench: Bench,
  transport: 'udp' | 'tcp',
): Pick<Contest, 'load' | 'upstream'> {
  const queries = writeCachedQueries(bench);
  return {
    load: { queries, transport, source: CLIENT, ready: ANSWERED, expected: { NOERROR: 1 } },
    upstream: 'idle',
  };
}

/** Who has a cache and serves many connections at a time; rcode5 first. */
export function cachingContestants(): Contestant[] {
  return [
    ...rcode5AndOneThread({}),
    dnsdist({ lua: (site) => `${dnsdistUpstream(site)}\n${DNSDIST_CACHE}` }),
    unbound({}),
    bind({}),
  ];
}
