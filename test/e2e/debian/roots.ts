/** Roots of Debian by debootstrap, and scripts that run in one. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, run } from '../processes.ts';

const MIRROR = 'http://deb.debian.org/debian';
/** Seconds after which a script has come to no end. */
const PATIENCE_S = 300;
const NAMESPACES = ['--fork', '--kill-child', '--pid', '--mount', '--uts', '--ipc', '--net'];

export interface Root {
  readonly folder: string;
  readonly hasSystemd: boolean;
}

/** Makes a root with the packages that every Debian has; one that is in `place` already is taken. */
export async function makeRoot(suite: string, hasSystemd: boolean, place: string): Promise<Root> {
  const folder = join(place, hasSystemd ? `${suite}-systemd` : suite);
  if (!existsSync(join(folder, 'usr/bin/dpkg'))) {
    mkdirSync(folder, { recursive: true });
    const more = hasSystemd ? ['--include=systemd,dbus'] : [];
    const made = await run(findProgram('debootstrap')!, [
      ...['--variant=minbase', ...more, suite, folder, MIRROR],
    ]);
    if (made.code !== 0) throw new Error(`debootstrap ${suite}: ${made.stdout}${made.stderr}`);
  }
  return { folder, hasSystemd };
}

/** Runs a script of `root/` in it, and returns what it says; what it writes is nowhere after that. */
export async function runIn(
  { folder: root, hasSystemd }: Root,
  script: string,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const enter = ['bash', 'test/e2e/debian/root/enter.sh', folder, root, script];
  const entered = hasSystemd
    ? ['bash', 'test/e2e/systemd/enter.sh', ...enter.slice(1), 'systemd']
    : ['unshare', ...NAMESPACES, ...enter];
  const { stdout, stderr } = await run(findProgram('timeout')!, [
    ...['--kill-after=5', String(PATIENCE_S), ...entered],
  ]);
  const said = join(folder, 'said');
  if (!existsSync(said)) throw new Error(`nothing was said: ${stdout}${stderr}`);
  const lines = readFileSync(said, 'utf8').split('\n');
  return new Map(lines.map((line) => [line.split(':', 1)[0]!, line.replace(/^[^:]*:\s*/, '')]));
}
