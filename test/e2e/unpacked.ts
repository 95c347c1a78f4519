/** Programs of packages that were unpacked and not installed: they would displace others, or the resolver. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';

const { RCODE5_UNPACKED: ROOT = '/var/cache/rcode5-peers' } = process.env;

/** The path of a file of such a package; undefined when there is none. */
export function findUnpacked(path: string): string | undefined {
  const file = join(ROOT, path);
  return existsSync(file) ? file : undefined;
}
