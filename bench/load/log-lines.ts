/** The logs of contestants: proof that what was to be logged was. */

import { closeSync, openSync, readdirSync, readSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

const LINE_END = 0x0a;
const CHUNK = 0x100000;
/** Lines that may still be in the buffer of a server that writes by the block. */
const BUFFERED = 200;
const MIN_PART = 0.99;

/** Throws when a log has fewer lines than it must. */
export function assertLogged(lines: number, wanted: number): void {
  if (lines + BUFFERED >= wanted * MIN_PART) return;
  throw new Error(`logged ${lines} lines; expect ${Math.round(wanted)}`);
}

/** Counts the lines of a log and of those that were rotated away from it, and empties it. */
export function takeLines(folder: string, log: string): number {
  let lines = 0;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(log)) continue;
    const file = join(folder, name);
    lines += countLines(file);
    if (name === log) truncateSync(file);
    else rmSync(file);
  }
  return lines;
}

function countLines(file: string): number {
  const chunk = Buffer.allocUnsafe(CHUNK);
  const descriptor = openSync(file, 'r');
  let lines = 0;
  for (;;) {
    const length = readSync(descriptor, chunk);
    if (length === 0) break;
    const part = chunk.subarray(0, length);
    for (let at = part.indexOf(LINE_END); at >= 0; at = part.indexOf(LINE_END, at + 1)) lines++;
  }
  closeSync(descriptor);
  return lines;
}
