/** Numbers that nobody can guess (RFC 5452 section 9.2), drawn in bulk from the system. */

import { randomFillSync } from 'node:crypto';

const pool = new Uint16Array(4096);
let left = 0;

/** A random number from 0 to 65535. */
export function random16(): number {
  if (left === 0) {
    randomFillSync(pool);
    left = pool.length;
  }
  return pool[--left]!;
}
