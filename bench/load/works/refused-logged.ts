/** Work: refuse a client's queries and write down each refusal. */

import { join } from 'node:path';
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

const DNSDIST_LOG = 'refusals.log';

export const refusedLogged: Work = {
  name: 'refused-logged',
  about: `Every query is refused by a client ACL, and each refusal is a line in a file (the lines are
counted). rcode5 writes a record with layer, rule and line; dnsdist a line by LogAction, once as it
comes and once through its buffer, which loses its last lines when it ends; BIND a line of its
category security; Unbound a line by \`log-replies\`, the nearest it has. Free memory is touched before:
the host of a virtual machine gives it when it is first used, which who writes most would pay for.`,
  async run(bench) {
    const rows = await compare(bench, {
      ...refusals(bench),
      logged: 1,
      contestants: [
        ...rcode5AndOneThread({ lines: RCODE5_REFUSES, isLogged: true }),
        dnsdistLogging({ label: 'dnsdist', isBuffered: false }),
        dnsdistLogging({ label: 'dnsdist, buffered log', isBuffered: true }),
        bind({ options: BIND_REFUSES, category: 'security' }),
        unbound({ server: [...UNBOUND_REFUSES, 'log-replies: yes'], log: 'replies.log' }),
      ],
    });
    return formatRows(rows);
  },
};

function dnsdistLogging({ label, isBuffered }: { label: string; isBuffered: boolean }) {
  return dnsdist({
    label,
    log: DNSDIST_LOG,
    // Its arguments: file, binary, append, buffered.
    lua: ({ folder }) =>
      dnsdistRefuses(`LogAction("${join(folder, DNSDIST_LOG)}", false, true, ${isBuffered})`),
  });
}
