/** What a command costs from its start to its end. */

import { run } from './run.ts';

/** The second line of `times` of a shell: user and system time of what it has run, as "0m0.12s 0m0.03s". */
const CHILDREN = /\n(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/;

/** Milliseconds of CPU that a command takes. Throws when it does not end with exit code 0. */
export async function cpuOfCommand(command: readonly string[], folder: string): Promise<number> {
  const script = 'cd "$0" && "$@" >/dev/null 2>&1 || exit 1; times';
  const { ok, output } = await run('sh', ['-c', script, folder, ...command]);
  const [, ...parts] = CHILDREN.exec(output) ?? [];
  if (!ok || parts.length === 0) throw new Error(`${command.join(' ')} failed`);
  const [userMinutes, user, systemMinutes, system] = parts.map(Number);
  return 1000 * (60 * (userMinutes! + systemMinutes!) + user! + system!);
}
