/** What works about encrypted transports have in common. */

import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { type Encrypted, identityOf } from '../certificate.ts';
import { type Contest, compare } from '../contest.ts';
import type { Contestant } from '../contestant.ts';
import type { Load } from '../dnsperf.ts';
import { cachedName, REFUSED_CLIENT, writeCachedQueries } from '../names.ts';
import { DNSDIST_CACHE, dnsdist, dnsdistUpstream } from '../servers/dnsdist.ts';
import { rcode5 } from '../servers/rcode5.ts';
import { unbound } from '../servers/unbound.ts';
import { formatRows } from '../table.ts';
import { ANSWERED } from './answering.ts';
import { dnsdistRefusesFrom } from './refusing.ts';

const REFUSED = 5;
/** h2load asks from where it likes. */
const EVERYBODY = '127.0.0.0/8';
const DNSDIST_LOG = 'refusals.log';

export function encryptedBy(bench: Bench, by: Encrypted['by']): Encrypted {
  return { by, ...identityOf(bench) };
}

type Asked = Pick<Load, 'transport' | 'method' | 'sessions'>;

/** All is refused, and written down by those who can. */
export async function compareRefusing(bench: Bench, asked: Asked, by: Encrypted['by']) {
  const encrypted = encryptedBy(bench, by);
  const contest: Contest = {
    load: {
      ...asked,
      queries: writeCachedQueries(bench),
      source: REFUSED_CLIENT,
      ready: { name: cachedName(0), rcode: REFUSED, source: REFUSED_CLIENT },
      expected: { REFUSED: 1 },
    },
    logged: 1,
    contestants: [
      rcode5({ encrypted, lines: [`acl: { query: { ${EVERYBODY}: refuse } }`], isLogged: true }),
      dnsdistRefusing(encrypted, { label: 'dnsdist', isBuffered: false }),
      dnsdistRefusing(encrypted, { label: 'dnsdist, buffered log', isBuffered: true }),
      unbound({
        encrypted,
        label: 'unbound, without a log',
        server: [`access-control: ${EVERYBODY} refuse`],
      }),
    ],
  };
  return formatRows(await compare(bench, contest));
}

function dnsdistRefusing(
  encrypted: Encrypted,
  { label, isBuffered }: { label: string; isBuffered: boolean },
): Contestant {
  return dnsdist({
    label,
    encrypted,
    log: DNSDIST_LOG,
    // Its arguments: file, binary, append, buffered.
    lua: ({ folder }) =>
      dnsdistRefusesFrom(
        EVERYBODY,
        `LogAction("${join(folder, DNSDIST_LOG)}", false, true, ${isBuffered})`,
      ),
  });
}

/** All is answered from the cache. */
export async function compareAnswering(bench: Bench, asked: Asked, by: Encrypted['by']) {
  const contest: Contest = {
    load: {
      ...asked,
      queries: writeCachedQueries(bench),
      source: ANSWERED.source,
      ready: ANSWERED,
      expected: { NOERROR: 1 },
    },
    upstream: 'idle',
    contestants: answeringContestants(encryptedBy(bench, by)),
  };
  return formatRows(await compare(bench, contest));
}

function answeringContestants(encrypted: Encrypted): Contestant[] {
  return [
    rcode5({ encrypted }),
    dnsdist({ encrypted, lua: (site) => `${dnsdistUpstream(site)}\n${DNSDIST_CACHE}` }),
    unbound({ encrypted }),
  ];
}
