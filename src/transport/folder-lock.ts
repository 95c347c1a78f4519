/** A folder that one process at a time may rearrange: the kernel knows whose turn it is. */

import { closeSync, openSync } from 'node:fs';
import { type Libc, LOCK_EX, LOCK_NB } from './libc.ts';

/**
 * Locks a folder (flock(2)): the lock ends with what is returned, or with the process. Undefined
 * when another has it.
 */
export function lockFolder(libc: Libc, path: string): (() => void) | undefined {
  const descriptor = openSync(path, 'r');
  const isMine = libc.flock(descriptor, LOCK_EX | LOCK_NB) === 0;
  if (isMine) return () => closeSync(descriptor);
  closeSync(descriptor);
  return undefined;
}
