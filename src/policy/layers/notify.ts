/**
 * Who may send NOTIFY (RFC 1996): primaries of transferred policy zones, and `acl.notify`. It is
 * never forwarded; a permitted one for a zone that is not held here is answered NOTAUTH.
 */

import { builtIn } from '../../decision/verdict.ts';
import { Ede, Opcode, Rcode } from '../../wire/registry.ts';
import { compilePermission } from '../access/permission.ts';
import type { Layer } from '../layer.ts';
import type { ViewParts } from '../layer-parts.ts';

export function compileNotify({ view, primaries, enforcement, verdicts }: ViewParts): Layer {
  const isNotify = ({ opcode }: { opcode: number }) => opcode === Opcode.NOTIFY;
  const permission = compilePermission(
    { name: 'notify', list: view.acl.notify, ede: Ede.PROHIBITED, asks: isNotify },
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
