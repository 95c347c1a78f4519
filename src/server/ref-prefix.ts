/** What the refs of one engine begin with: the others of this run and of earlier ones differ. */

import { randomInt } from 'node:crypto';

const LENGTH = 5;

/** Five letters or digits, `k3f9x`. */
export function refPrefix(): string {
  return randomInt(36 ** LENGTH)
    .toString(36)
    .padStart(LENGTH, '0');
}
