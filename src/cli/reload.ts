/** `reload`: asks a running server to take its configuration over as it is now. */

import { parseArgs } from 'node:util';
import { ADMIN_OPTIONS, askAdmin } from './admin-client.ts';
import { type Command, Exit } from './command.ts';

export const reload: Command = {
  name: 'reload',
  operands: '',
  options: ADMIN_OPTIONS,
  about: 'asks the running server to reload; a configuration with problems changes nothing',
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: ADMIN_OPTIONS });
    const { ok, body } = await askAdmin({
      method: 'POST',
      path: '/api/reload',
      admin: values.admin,
    });
    if (values.json) process.stdout.write(`${JSON.stringify(body)}\n`);
    else {
      const lines = [...(body['problems'] as string[]), ...(body['warnings'] as string[])];
      process.stdout.write(`${ok ? 'reloaded' : 'not reloaded'} policy=${body['policy']}\n`);
      for (const line of lines) process.stdout.write(`${line}\n`);
    }
    return ok ? Exit.OK : Exit.NEGATIVE;
  },
};
