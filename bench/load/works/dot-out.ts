/** Work: forward every query by TLS. */

import type { Bench, Work } from '../bench.ts';
import { identityOf, NAME } from '../certificate.ts';
import { compare } from '../contest.ts';
import type { Contestant, Site } from '../contestant.ts';
import { dnsdist } from '../servers/dnsdist.ts';
import { rcode5 } from '../servers/rcode5.ts';
import { unbound } from '../servers/unbound.ts';
import { formatRows } from '../table.ts';
import { forwardedQueries } from './forwarding.ts';

export const dotOut: Work = {
  name: 'dot-out',
  about: `Every query comes by UDP and goes to the upstream, an Unbound that answers by itself, by TLS 1.3, its
name verified: a hundred thousand names with a TTL of 0. rcode5 with one data thread, with two, which on a machine of two cores
share the second with the load generator and the upstream, and with none, over \`node:tls\`.`,
  async run(bench) {
    const identity = identityOf(bench);
    const { certificate } = identity;
    const rows = await compare(bench, {
      ...forwardedQueries(bench),
      identity,
      contestants: [
        ...[1, 2, 0].map((threads) => oursWith(threads, bench, certificate)),
        dnsdist({ lua: (site) => dnsdistByTls(site, certificate) }),
        unbound({
          server: [`tls-cert-bundle: "${certificate}"`],
          forward: { name: `#${NAME}`, lines: ['forward-tls-upstream: yes'] },
        }),
      ],
    });
    return formatRows(rows);
  },
};

function oursWith(threads: number, { cores }: Bench, certificate: string): Contestant {
  return rcode5({
    label: `rcode5, threads: ${threads}`,
    server: (port) => `tls://127.0.0.1:${port}#${NAME}`,
    group: [`ca: "${certificate}"`],
    lines: ['cache: { entries: 0 }', `threads: ${threads}`],
    ...(threads > 1 && { cores: cores.twoThreads }),
  });
}

/** As many queries at a time on a connection as rcode5 has; one alone is its default. */
function dnsdistByTls({ upstream }: Site, certificate: string): string {
  return `newServer({address="127.0.0.1:${upstream}", tls="openssl", subjectName="${NAME}", caStore="${certificate}", maxInFlight=64, checkName="w0.example.com."})`;
}
