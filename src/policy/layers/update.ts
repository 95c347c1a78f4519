/** Who may send dynamic updates (RFC 2136): `acl.update`. */

import type { AccessEntry } from '../../config/config.ts';
import type { VerdictTable } from '../../decision/verdict.ts';
import { Ede, Opcode } from '../../wire/registry.ts';
import type { Layer } from '../layer.ts';
import { compilePermission } from '../permission.ts';

export function compileUpdate(entries: readonly AccessEntry[], verdicts: VerdictTable): Layer {
  return compilePermission(
    {
      name: 'update',
      entries,
      ede: Ede.PROHIBITED,
      asks: ({ opcode }) => opcode === Opcode.UPDATE,
    },
    verdicts,
  );
}
