/** A file or folder that one process at a time may rearrange: the kernel knows whose turn it is. */

import { closeSync, openSync } from 'node:fs';
import { EAGAIN, type Libc, LOCK_EX, LOCK_NB } from './libc.ts';

/**
 * Locks a file or folder (flock(2)): the lock ends with what is returned, or with the process.
 * Undefined when another has it. Where there are no such locks (some file systems of a network
 * have none for folders), it is free for all.
 */
export function lockPath(libc: Libc, path: string): (() => void) | undefined {
  const descriptor = openSync(path, 'r');
  const hasFailed = libc.flock(descriptor, LOCK_EX | LOCK_NB) !== 0;
  if (!hasFailed || libc.errno() !== EAGAIN) return () => closeSync(descriptor);
  closeSync(descriptor);
  return undefined;
}
