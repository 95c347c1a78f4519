/**
 * The container image, run without a container engine: its root read-only but for /tmp, with a
 * /proc, its user and its environment. The root is laid as the Dockerfile does it, or by the Dockerfile itself (test/e2e/image-build.ts).
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageSettings } from '../deploy/dockerfile.ts';
import { findProgram, Program } from './processes.ts';

export interface Image {
  readonly root: string;
  readonly settings: ImageSettings;
}

/** `$0` is the root; what follows is an environment and a command. */
const ENTER = `set -e
mkdir -p "$0/proc"
mount --bind "$0" "$0"
mount -o remount,ro,bind "$0"
mount -t proc proc "$0/proc"
mount -t tmpfs tmpfs "$0/tmp"
exec env -i "$@"`;

/** Starts a command of the image, with more in its environment. */
export function startIn(
  { root, settings }: Image,
  command: readonly string[],
  environment: readonly string[] = [],
): Program {
  const inside = [...settings.environment, ...environment];
  const chroot = [findProgram('chroot')!, `--userspec=${settings.user}`, root, ...command];
  const enter = ['sh', '-c', ENTER, root, ...inside, ...chroot];
  return new Program(findProgram('unshare')!, ['--mount', ...enter]);
}

/** Puts a configuration where people mount one. */
export function configure({ root }: Image, text: string): void {
  writeFileSync(join(root, 'etc/rcode5/rcode5.yaml'), text);
}
