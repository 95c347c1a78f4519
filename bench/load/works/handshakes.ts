/** Work: TLS handshakes. */

import type { Work } from '../bench.ts';
import { compareRefusing } from './encrypted.ts';

export const handshakes: Work = {
  name: 'handshakes',
  about: `DNS over TLS connections with one query each, which is refused and logged, eight at a time: TLS 1.3, a
certificate with a P-256 key. A query here is a TCP connection, its handshake, a query and its answer.
First each begins a session, then each resumes the one before it. The client is slower than the servers:
the CPU per query is what to compare.`,
  async run(bench) {
    const full = await compareRefusing(bench, { transport: 'handshakes', sessions: 'full' }, 'dot');
    const resumed = await compareRefusing(
      bench,
      { transport: 'handshakes', sessions: 'resumed' },
      'dot',
    );
    return `Full handshakes:\n\n${full}\n\nResumed sessions:\n\n${resumed}`;
  },
};
