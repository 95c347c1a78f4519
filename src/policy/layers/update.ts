/** Who may send dynamic updates (RFC 2136): `acl.update`. */

import { Ede, Opcode } from '../../wire/registry.ts';
import { compilePermission } from '../access/permission.ts';
import type { Layer } from '../layer.ts';
import type { ViewParts } from '../layer-parts.ts';

export function compileUpdate({ view, enforcement, verdicts }: ViewParts): Layer {
  return compilePermission(
    {
      name: 'update',
      list: view.acl.update,
      ede: Ede.PROHIBITED,
      asks: ({ opcode }) => opcode === Opcode.UPDATE,
    },
    enforcement,
    verdicts,
  );
}
