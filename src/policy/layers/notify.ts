/**
 * Who may send NOTIFY (RFC 1996): primaries of transferred policy zones, and `acl.notify`. It is
 * never forwarded; a permitted one for a zone that is not held here is told so.
 */

import type { AccessList } from '../../config/access-list.ts';
import { builtIn, type VerdictTable } from '../../decision/verdict.ts';
import { Ede, Opcode, Rcode } from '../../wire/registry.ts';
import { compilePermission } from '../access/permission.ts';
import type { Layer } from '../layer.ts';
import type { Primaries } from '../primaries.ts';
import type { Enforcement } from '../rules/in-force.ts';

export function compileNotify(
  list: AccessList,
  primaries: Primaries,
  enforcement: Enforcement,
  verdicts: VerdictTable,
): Layer {
  const isNotify = ({ opcode }: { opcode: number }) => opcode === Opcode.NOTIFY;
  const permission = compilePermission(
    { name: 'notify', list, ede: Ede.PROHIBITED, asks: isNotify },
    enforcement,
    verdicts,
  );
  const notHeld = verdicts.add({
    layer: 'notify',
    action: 'reject',
    rule: builtIn('notify zone held here'),
    rcode: Rcode.NOTAUTH,
    recursionAvailable: false,
    explained: true,
  });
  return {
    ...permission,
    judge: (query) =>
      isNotify(query) ? (primaries.judge(query) ?? permission.judge(query) ?? notHeld) : undefined,
  };
}
