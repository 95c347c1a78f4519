/** QTYPE=ANY gets a minimal answer in place of everything there is (RFC 8482 section 4.2). */

import { builtIn } from '../../decision/verdict.ts';
import { Opcode, RrType } from '../../wire/registry.ts';
import type { Layer } from '../layer.ts';
import type { ViewParts } from '../layer-parts.ts';

const TTL = 3789;
/** HINFO "RFC8482" "". */
const RDATA: Uint8Array = Uint8Array.of(7, ...new TextEncoder().encode('RFC8482'), 0);

/** A rule that waits for the addresses of the answer decides here: none of them will come. */
export function compileAny({
  policies,
  verdicts,
}: Pick<ViewParts, 'policies' | 'verdicts'>): Layer {
  const minimal = verdicts.add({
    layer: 'protocol',
    action: 'reject',
    rule: builtIn('protocol minimal ANY'),
    rcode: 0,
    records: [{ type: RrType.HINFO, ttl: TTL, rdata: RDATA }],
  });
  return {
    name: 'protocol',
    judge(query) {
      if (query.opcode !== Opcode.QUERY || query.qtype !== RrType.ANY) return undefined;
      return policies.settle(query) ?? minimal;
    },
    account: () => ({ why: 'minimal answers are for type ANY' }),
  };
}
