/** Opens what a decision log goes to, so that writing to it never blocks. */

import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';

const STDOUT = 1;
/** An opened pipe has flags of its own; those of stdout are shared with other programs. */
const REOPENED_STDOUT = '/proc/self/fd/1';
const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
const FLAGS = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK;
const MODE = 0o640;

/** What was opened. */
export interface Outlet {
  readonly descriptor: number;
  /** The kernel itself keeps apart what several append to a file. */
  readonly isFile: boolean;
}

/** A pipe at a path that nobody reads yet: there may be a reader later. */
export const NO_READER: Outlet = { descriptor: -1, isFile: false };

/** Opens a file or a pipe to append to. Throws when it cannot be opened. */
export function openOutlet(path: string): Outlet {
  const descriptor = openSync(path, FLAGS, MODE);
  return { descriptor, isFile: fstatSync(descriptor).isFile() };
}

/** The same, of a pipe also before there is a reader. */
export function openEarly(path: string): Outlet {
  try {
    return openOutlet(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') return NO_READER;
    throw error;
  }
}

/** Stdout, whatever it is. */
export function openStdout(): Outlet {
  const stat = fstatSync(STDOUT);
  if (stat.isFile()) return { descriptor: STDOUT, isFile: true };
  try {
    return { descriptor: openSync(REOPENED_STDOUT, FLAGS), isFile: false };
  } catch {
    // A socket cannot be opened by a path, and not every system has the path. What Node itself
    // writes to does not block either; the flag is one for all threads.
    process.stdout.on('error', () => {});
    return { descriptor: STDOUT, isFile: false };
  }
}

export function closeOutlet({ descriptor }: Outlet): void {
  if (descriptor > STDOUT) closeSync(descriptor);
}

/** Whether `path` leads to what is open already. */
export function isSame({ descriptor }: Outlet, path: string): boolean {
  if (descriptor < 0) return false;
  const opened = fstatSync(descriptor);
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.ino === opened.ino && found.dev === opened.dev;
}

/** Whether it is a file with nothing in it. */
export function isEmpty({ descriptor, isFile }: Outlet): boolean {
  return isFile && fstatSync(descriptor).size === 0;
}

/** Whether there is a file at `path`, and no pipe or device. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
