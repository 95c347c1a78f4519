/** `pause`: lets a client, or everybody, past a policy for a while. */

import { parseArgs } from 'node:util';
import { parsePrefix } from '../net/prefix.ts';
import { ADMIN_OPTIONS, askAdmin } from './admin-client.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { ShownTime } from './logs/shown-time.ts';
import { isName } from './named-client.ts';
import type { Options } from './options.ts';
import { escapeControls } from './printable.ts';

const OPTIONS = {
  client: {
    type: 'string',
    value: 'CIDR',
    about: 'an address, a prefix, or the name of a client or a group; everybody without it',
  },
  policy: { type: 'string', value: 'P', about: 'the name of a policy; all policies without it' },
  for: { type: 'string', value: '10m', default: '10m', about: 'how long, from 1s to 1d' },
  ...ADMIN_OPTIONS,
} as const satisfies Options;

export const pause: Command = {
  name: 'pause',
  operands: '',
  options: OPTIONS,
  about:
    'has the running server let a client, or everybody, past a policy for a while; access lists stay in force',
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { admin, json, client, policy, for: duration } = values;
    // A name is for the server to know.
    const prefix = client === undefined || isName(client) ? undefined : parsePrefix(client);
    if (typeof prefix === 'string') throw new UsageError(`--client: ${prefix}`);
    const { ok, body } = await askAdmin({
      ...{ method: 'POST', path: '/api/v1/pauses', admin },
      body: { client, policy, for: duration },
    });
    if (json) process.stdout.write(`${JSON.stringify(body)}\n`);
    else if (ok) process.stdout.write(`paused ${formatPause(body as unknown as PauseShown)}\n`);
    else process.stderr.write(`${escapeControls(String(body['error']))}\n`);
    return ok ? Exit.OK : Exit.UNUSABLE;
  },
};

interface PauseShown {
  readonly id: string;
  readonly client?: string;
  readonly policy?: string;
  readonly until: string;
  readonly by: string;
}

/** `3f2a9c11: house for 10.0.0.5 until 2026-11-20T23:10:00.000+01:00, by ops` */
export function formatPause({ id, client, policy, until, by }: PauseShown): string {
  const what = `${policy ?? 'all policies'} for ${client ?? 'everybody'}`;
  return escapeControls(`${id}: ${what} until ${new ShownTime({}).exact(until)}, by ${by}`);
}
