/** Memory for the logs of contestants. */

import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

const WANTED = 3 << 30;
const CHUNK = 1 << 20;

/**
 * Uses as much free memory as logs will take, by a file that is removed again. The host of a
 * virtual machine gives it memory when it is first touched, which takes time: whoever writes most
 * would pay for most of that.
 */
export function touchMemory(folder: string): void {
  const file = join(folder, 'touched');
  const chunk = Buffer.alloc(CHUNK, '.');
  const descriptor = openSync(file, 'w');
  const length = Math.min(WANTED, freemem() / 2);
  for (let written = 0; written < length; written += CHUNK) writeSync(descriptor, chunk);
  closeSync(descriptor);
  rmSync(file);
}
