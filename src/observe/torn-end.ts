/**
 * The end of a log that its writer was killed in. The octets behind the last line end are part of
 * a record that nobody was answered for, and what comes next begins on a line of its own.
 *
 * Octets without a line end may also be what another process is writing at this moment: before a
 * handover the old server and the new one have the same log. Those are left to their writer.
 */

import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { isFile } from './log-outlet.ts';

const LINE_END = 0x0a;
const { O_APPEND, O_NONBLOCK, O_RDWR } = constants;
/** An owner or a group that stays as it is (chown(2)). */
const UNCHANGED = -1;
/** Milliseconds between two tries to lock the log, and tries until it is done without. */
const PAUSE_MS = 1;
const TRIES = 2000;

/** Locks the log for this process; undefined when another has it. */
export type LockLog = (path: string) => (() => void) | undefined;

/**
 * Ends the torn line of a log, for the first of a process that opens it, and before any writes.
 * False when that cannot be written now: it has to come before what is written next. Throws when
 * the log cannot be opened.
 */
export function endTornLine(path: string, lock: LockLog): boolean {
  // A pipe has no end, and opening it for both would look like a reader.
  if (!isFile(path)) return true;
  const descriptor = openSync(path, O_RDWR | O_APPEND | O_NONBLOCK);
  let unlock: (() => void) | undefined;
  try {
    if (!isTorn(descriptor)) return true;
    // Two that find it torn would end it twice, with an empty line.
    unlock = waitForLock(path, lock);
    if (isTorn(descriptor)) writeSync(descriptor, '\n');
    return true;
  } catch {
    return false;
  } finally {
    unlock?.();
    closeSync(descriptor);
  }
}

/** Whether a file ends within a line that nobody is writing. */
function isTorn(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  if (size === 0) return false;
  const last = new Uint8Array(1);
  readSync(descriptor, last, 0, 1, size - 1);
  if (last[0] === LINE_END) return false;
  // The kernel has one at a time write a file or change its attributes. This changes none, and
  // waits for whoever was writing when the size was read: what was not whole then is longer now.
  fchownSync(descriptor, UNCHANGED, UNCHANGED);
  return fstatSync(descriptor).size === size;
}

function waitForLock(path: string, lock: LockLog): (() => void) | undefined {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let left = TRIES; left > 0; left--) {
    const unlock = lock(path);
    if (unlock !== undefined) return unlock;
    Atomics.wait(pause, 0, 0, PAUSE_MS);
  }
  return undefined;
}
