/** `resume`: ends pauses before their time. */

import { parseArgs } from 'node:util';
import { ADMIN_OPTIONS, askAdmin } from './admin-client.ts';
import { type Command, Exit } from './command.ts';
import { escapeControls } from './printable.ts';

export const resume: Command = {
  name: 'resume',
  operands: '[ID…]',
  options: ADMIN_OPTIONS,
  about: 'ends these pauses of the running server, or all of them',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: ADMIN_OPTIONS,
    });
    const { admin, json } = values;
    const { body } = await askAdmin({ method: 'GET', path: '/api/v1/pauses', admin });
    const there = (body['pauses'] as readonly { id: string }[]).map(({ id }) => id);
    const ids = positionals.length === 0 ? there : positionals;
    const ended: string[] = [];
    for (const id of ids) {
      const path = `/api/v1/pauses/${encodeURIComponent(id)}`;
      const answer = await askAdmin({ method: 'DELETE', path, admin });
      if (answer.ok) ended.push(id);
      else process.stderr.write(`${escapeControls(String(answer.body['error']))}\n`);
    }
    if (json) process.stdout.write(`${JSON.stringify({ ended })}\n`);
    else process.stdout.write(`${ended.length} of ${ids.length} pauses ended\n`);
    return ended.length === ids.length ? Exit.OK : Exit.NEGATIVE;
  },
};
