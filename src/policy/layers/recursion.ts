/** Who may ask with RD=1: `acl.recursion`; without that list, all who may query. */

import type { AccessEntry } from '../../config/config.ts';
import type { VerdictTable } from '../../decision/verdict.ts';
import { Ede, Opcode, RrClass } from '../../wire/registry.ts';
import type { Layer } from '../layer.ts';
import { compilePermission } from '../permission.ts';

export function compileRecursion(
  entries: readonly AccessEntry[] | undefined,
  verdicts: VerdictTable,
): Layer {
  if (entries === undefined) return { name: 'recursion', judge: () => undefined };
  return compilePermission(
    {
      name: 'recursion',
      entries,
      ede: Ede.NOT_AUTHORITATIVE,
      asks: (query) =>
        query.opcode === Opcode.QUERY && query.qclass === RrClass.IN && query.recursionDesired,
    },
    verdicts,
  );
}
