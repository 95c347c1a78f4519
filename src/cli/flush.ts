/** `flush`: has the running server forget what its cache has for a name. */

import { parseArgs } from 'node:util';
import { ADMIN_OPTIONS, askAdmin } from './admin-client.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { readNameOperand } from './name-operand.ts';
import { escapeControls } from './printable.ts';

export const flush: Command = {
  name: 'flush',
  operands: 'NAME',
  options: ADMIN_OPTIONS,
  about: 'has the running server forget what its cache has for a name and for all names below it',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: ADMIN_OPTIONS,
    });
    const [name, ...more] = positionals;
    if (name === undefined || more.length > 0) throw new UsageError('expect one NAME');
    const { admin, json } = values;
    const request = {
      method: 'POST',
      path: '/api/v1/flush',
      admin,
      body: { name: readNameOperand(name) },
    } as const;
    const { ok, body } = await askAdmin(request);
    if (json) process.stdout.write(`${JSON.stringify(body)}\n`);
    else if (ok) process.stdout.write(`flushed ${escapeControls(String(body['name']))}\n`);
    else process.stderr.write(`${escapeControls(String(body['error']))}\n`);
    return ok ? Exit.OK : Exit.UNUSABLE;
  },
};
