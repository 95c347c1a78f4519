/** Work: refuse a client's queries, with as little trace as each server permits. */

import type { Work } from '../bench.ts';
import { compare } from '../contest.ts';
import { bind } from '../servers/bind.ts';
import { dnsdist } from '../servers/dnsdist.ts';
import { rcode5AndOneThread } from '../servers/rcode5.ts';
import { unbound } from '../servers/unbound.ts';
import { formatRows } from '../table.ts';
import {
  BIND_REFUSES,
  dnsdistRefuses,
  RCODE5_REFUSES,
  refusals,
  UNBOUND_REFUSES,
} from './refusing.ts';

export const refused: Work = {
  name: 'refused',
  about: `Every query is refused by a client ACL, and nobody is told. rcode5 has no such mode: it still
makes each record and hands it to the kernel, for \`/dev/null\`.`,
  async run(bench) {
    const rows = await compare(bench, {
      ...refusals(bench),
      contestants: [
        ...rcode5AndOneThread({ lines: RCODE5_REFUSES }),
        dnsdist({ lua: () => dnsdistRefuses() }),
        unbound({ server: UNBOUND_REFUSES }),
        bind({ options: BIND_REFUSES }),
      ],
    });
    return formatRows(rows);
  },
};
