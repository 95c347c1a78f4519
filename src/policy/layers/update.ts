/** Who may send dynamic updates (RFC 2136): `acl.update`. */

import type { AccessList } from '../../config/access-list.ts';
import type { VerdictTable } from '../../decision/verdict.ts';
import { Ede, Opcode } from '../../wire/registry.ts';
import { compilePermission } from '../access/permission.ts';
import type { Layer } from '../layer.ts';
import type { Enforcement } from '../rules/in-force.ts';

export function compileUpdate(
  list: AccessList,
  enforcement: Enforcement,
  verdicts: VerdictTable,
): Layer {
  return compilePermission(
    {
      name: 'update',
      list,
      ede: Ede.PROHIBITED,
      asks: ({ opcode }) => opcode === Opcode.UPDATE,
    },
    enforcement,
    verdicts,
  );
}
