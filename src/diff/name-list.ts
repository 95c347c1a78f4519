/** Names as changes list them: compared by a digest, since there may be a million of them. */

import { createHash } from 'node:crypto';

/** How many are hashed at once. */
const CHUNK = 4096;

const digests = new WeakMap<readonly string[], string>();

/** The same for two lists of the same names in the same order, and for no others. */
export function digestOf(names: readonly string[]): string {
  const known = digests.get(names);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for (let i = 0; i < names.length; i += CHUNK) {
    hash.update(`${names.slice(i, i + CHUNK).join('\n')}\n`);
  }
  const digest = `${names.length} ${hash.digest('base64')}`;
  digests.set(names, digest);
  return digest;
}
