/** Who may ask for zone transfers, AXFR (RFC 5936) and IXFR (RFC 1995): `acl.transfer`. */

import { builtIn } from '../../decision/verdict.ts';
import type { Query } from '../../wire/query.ts';
import { Ede, RrType } from '../../wire/registry.ts';
import { compilePermission } from '../access/permission.ts';
import type { Layer } from '../layer.ts';
import type { ViewParts } from '../layer-parts.ts';

/** AXFR is not defined over UDP (RFC 5936 section 4.2); an answer by HTTP is one message. */
function isByWrongTransport({ isTransfer, qtype, transport }: Query): boolean {
  if (!isTransfer) return false;
  return transport === 'doh' || (qtype === RrType.AXFR && transport === 'udp');
}

export function compileTransfer({ view, enforcement, verdicts }: ViewParts): Layer {
  const list = view.acl.transfer;
  const permission = compilePermission(
    { name: 'transfer', list, ede: Ede.PROHIBITED, asks: ({ isTransfer }) => isTransfer },
    enforcement,
    verdicts,
  );
  const wrongTransport = verdicts.add({
    layer: 'transfer',
    action: 'reject',
    rule: builtIn('transfer AXFR by TCP'),
    recursionAvailable: false,
    explained: true,
  });
  return {
    ...permission,
    judge: (query) =>
      permission.judge(query) ?? (isByWrongTransport(query) ? wrongTransport : undefined),
  };
}
