/**
 * Compresses an old log file block by block, each packed by itself: together they are one gzip
 * file (RFC 1952 section 2.2), and a search unpacks only the blocks that it reads.
 */

import { closeSync, fstatSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Block } from './block-index.ts';
import { type LogIndexes, nextTurn } from './indexing.ts';
import { openLogFile, readAt } from './log-files.ts';

/** Octets that are packed together where no index says otherwise. */
const REST = 1 << 20;

/**
 * Compresses the file at `path` to `compressed`, which has its name only when it is whole; then the
 * other one goes. What is there of `part` is overwritten.
 */
export async function compressLog(
  indexes: LogIndexes,
  { path, compressed, part }: { path: string; compressed: string; part: string },
  stop: () => boolean,
): Promise<void> {
  const file = openLogFile(path);
  const descriptor = file?.descriptor ?? openSync(path, 'r');
  try {
    if (file !== undefined) await indexes.extend(file, true, stop);
    const blocks = file === undefined ? [] : indexes.blocksOf(file);
    const size = file?.size ?? fstatSync(descriptor).size;
    const packed = await pack({ descriptor, size }, blocks, part, stop);
    if (packed === undefined) return rmSync(part, { force: true });
    renameSync(part, compressed);
    if (file !== undefined) indexes.replace(file.id, packed);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
  rmSync(path);
}

async function pack(
  { descriptor, size }: { readonly descriptor: number; readonly size: number },
  blocks: readonly Block[],
  part: string,
  stop: () => boolean,
): Promise<Block[] | undefined> {
  const out = openSync(part, 'w', 0o640);
  const packed: Block[] = [];
  let written = 0;
  let read = 0;
  const add = (length: number): number => {
    const member = gzipSync(readAt(descriptor, read, length));
    for (let at = 0; at < member.length; ) at += writeSync(out, member, at);
    read += length;
    written += member.length;
    return member.length;
  };
  try {
    for (const block of blocks) {
      if (stop()) return undefined;
      const packedStart = written;
      packed.push({ ...block, packedStart, packedLength: add(block.length) });
      await nextTurn();
    }
    // Half a line that a crash has left, say.
    while (read < size) {
      if (stop()) return undefined;
      add(Math.min(REST, size - read));
      await nextTurn();
    }
    fsyncSync(out);
    return packed;
  } finally {
    closeSync(out);
  }
}
