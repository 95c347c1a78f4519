/** Who may ask for zone transfers, AXFR (RFC 5936) and IXFR (RFC 1995): `acl.transfer`. */

import type { AccessEntry } from '../../config/config.ts';
import type { VerdictTable } from '../../decision/verdict.ts';
import type { Query } from '../../wire/query.ts';
import { Ede, Opcode, RrType } from '../../wire/registry.ts';
import type { Layer } from '../layer.ts';
import { compilePermission } from '../permission.ts';

export function isTransfer({ opcode, qtype }: Query): boolean {
  return opcode === Opcode.QUERY && (qtype === RrType.AXFR || qtype === RrType.IXFR);
}

export function compileTransfer(entries: readonly AccessEntry[], verdicts: VerdictTable): Layer {
  return compilePermission(
    { name: 'transfer', entries, ede: Ede.PROHIBITED, asks: isTransfer },
    verdicts,
  );
}
