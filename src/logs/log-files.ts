/** The files of one decision log: the one that is written, and those that it was rotated to. */

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { isGzip } from './log-lines.ts';
import { inWrittenOrder } from './written-order.ts';

/** What stands behind the log's name in that of an old file. */
const ROTATED = /^(?:\.\d{1,9}|-\d{8,14})?(\.gz)?$/;
/** Octets in which the first line usually ends, and in which it always does: no record is longer. */
const HEAD = 1 << 12;
const LONGEST_HEAD = 1 << 16;
const LF = 0x0a;

/** One file, open. */
export interface LogFile {
  readonly path: string;
  readonly descriptor: number;
  /** Octets on disk. */
  readonly size: number;
  readonly isGzip: boolean;
  /** From its first line: stays when the file is renamed or compressed. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** The paths of the files of a log that there are, the youngest first. */
export function logFilesOf(path: string): string[] {
  const [folder, log] = [dirname(path), basename(path)];
  const names = readdirSync(folder).filter(
    (name) => name.startsWith(log) && ROTATED.test(name.slice(log.length)),
  );
  // Of a compression that a crash has cut short both are there.
  const whole = names.filter((name) => name.endsWith('.gz') || !names.includes(`${name}.gz`));
  return inWrittenOrder(whole.map((name) => join(folder, name))).reverse();
}

/** Opens a file; undefined for one that is gone, or has no whole line yet. */
export function openLogFile(path: string): LogFile | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const { size, mtimeMs } = fstatSync(descriptor);
  const head = readAt(descriptor, 0, Math.min(HEAD, size));
  const first = firstLine(head) ?? firstLine(readAt(descriptor, 0, Math.min(LONGEST_HEAD, size)));
  if (first === undefined) {
    closeSync(descriptor);
    return undefined;
  }
  const id = createHash('sha256').update(first).digest('hex').slice(0, 24);
  return { path, descriptor, size, isGzip: isGzip(head), id, modifiedAt: mtimeMs };
}

/** Every search opens every file: what unpacks the whole head of each takes longer than the search. */
function firstLine(head: Buffer): Buffer | undefined {
  const text = isGzip(head) ? beginningOf(head) : head;
  const end = text.indexOf(LF);
  return end < 0 ? undefined : text.subarray(0, end);
}

export function closeLogFile({ descriptor }: LogFile): void {
  closeSync(descriptor);
}

/** Octets of a file from a position, in `buffer`; fewer when it ends before. */
export function readAt(
  descriptor: number,
  start: number,
  length: number,
  buffer: Buffer = Buffer.allocUnsafe(length),
): Buffer {
  let filled = 0;
  while (filled < length) {
    const read = readSync(descriptor, buffer, filled, length - filled, start + filled);
    if (read === 0) break;
    filled += read;
  }
  return buffer.subarray(0, filled);
}

/** What can be unpacked of the beginning of a compressed file. */
function beginningOf(head: Buffer): Buffer {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}
