/** Work: DNS over TLS. */

import type { Work } from '../bench.ts';
import { compareAnswering, compareRefusing } from './encrypted.ts';

export const dot: Work = {
  name: 'dot',
  about: `DNS over TLS: eight connections that stay open, with some twenty queries under way on each. First
everybody is refused: rcode5 writes a record for each, dnsdist a line, as it comes and through its buffer (lines are
counted), Unbound has nothing to log refusals by TLS with. Then a thousand names that are in the cache.`,
  async run(bench) {
    const refused = await compareRefusing(bench, { transport: 'dot' }, 'dot');
    const cached = await compareAnswering(bench, { transport: 'dot' }, 'dot');
    return `Refused and logged:\n\n${refused}\n\nFrom the cache:\n\n${cached}`;
  },
};
