/** QTYPE=ANY gets a minimal answer in place of everything there is (RFC 8482 section 4.2). */

import { builtIn } from '../../decision/verdict.ts';
import { Opcode, RrType } from '../../wire/registry.ts';
import type { Layer } from '../layer.ts';
import type { PolicyParts } from '../layer-parts.ts';

const TTL = 3789;
/** HINFO "RFC8482" "". */
const RDATA: Uint8Array = Uint8Array.of(7, ...new TextEncoder().encode('RFC8482'), 0);

export function compileAny({ verdicts }: PolicyParts): Layer {
  const minimal = verdicts.add({
    layer: 'protocol',
    action: 'reject',
    rule: builtIn('protocol minimal ANY'),
    rcode: 0,
    records: [{ type: RrType.HINFO, ttl: TTL, rdata: RDATA }],
  });
  return {
    name: 'protocol',
    judge: ({ opcode, qtype }) =>
      opcode === Opcode.QUERY && qtype === RrType.ANY ? minimal : undefined,
    account: () => ({ why: 'minimal answers are for type ANY' }),
  };
}
