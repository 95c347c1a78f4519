/** Roots of Debian with the packages that every Debian has, by debootstrap from a mirror. */

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, makeFolder, Program, run } from '../processes.ts';
import { Root } from './root.ts';

const MIRROR = 'http://deb.debian.org/debian';
/** In a mount namespace of its own: what is written goes into a folder, and the root stays as it is. */
const ENTER = `
mount --make-rprivate / || exit 77
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/merged" || exit 77
mount -t proc proc "$2/merged/proc" && mount --rbind /dev "$2/merged/dev" || exit 77
cp /etc/resolv.conf "$2/merged/etc/resolv.conf"
echo entered >&2
exec sleep infinity
`;

/** Makes a root of a suite; one that is in `$RCODE5_DEB_ROOTS` already is taken. */
export async function debootstrap(suite: string): Promise<string> {
  const folder = join(process.env['RCODE5_DEB_ROOTS'] ?? makeFolder(), suite);
  if (existsSync(join(folder, 'usr/bin/dpkg'))) return folder;
  mkdirSync(folder, { recursive: true });
  const words = ['--variant=minbase', suite, folder, MIRROR];
  const { code, stdout, stderr } = await run(findProgram('debootstrap')!, words);
  if (code !== 0) throw new Error(`debootstrap ${suite}: ${stdout}${stderr}`);
  return folder;
}

/** A root that writes elsewhere: what a program has left there can be seen. */
export class DebianRoot extends Root {
  readonly #layers: string;
  readonly #pid: number;

  static async enter(root: string): Promise<DebianRoot> {
    const layers = makeFolder();
    for (const name of ['upper', 'work', 'merged']) mkdirSync(join(layers, name));
    const holder = new Program('unshare', ['-m', 'sh', '-c', ENTER, 'sh', root, layers]);
    await holder.says(/^entered$/m);
    return new DebianRoot(layers, holder.pid!);
  }

  private constructor(layers: string, pid: number) {
    // As it is in the namespace of that process.
    super(`/proc/${pid}/root${layers}/merged`);
    this.#layers = layers;
    this.#pid = pid;
  }

  protected override entrance(user: number): string[] {
    const enter = [findProgram('nsenter')!, '-t', String(this.#pid), '-m', '--'];
    const merged = join(this.#layers, 'merged');
    return [...enter, findProgram('chroot')!, `--userspec=+${user}:+${user}`, merged];
  }

  /** Files that are there since, or are no longer. */
  get changes(): string[] {
    const upper = join(this.#layers, 'upper');
    const walk = (path: string): string[] =>
      readdirSync(join(upper, path), { withFileTypes: true }).flatMap((entry) => {
        const own = join(path, entry.name);
        return entry.isDirectory() ? walk(own) : [own];
      });
    return walk('/').sort();
  }
}
