/** The lines of a log file in their order, without those that its index rules out. */

import { statSync } from 'node:fs';
import { type Block, indexFolder, readIndex } from './block-index.ts';
import { endOf } from './indexing.ts';
import { closeLogFile, type LogFile, openLogFile, readAt } from './log-files.ts';
import { CHUNK, LineSplitter } from './log-lines.ts';
import { type BlockTest, isWorthReading } from './record-keys.ts';
import { readBlock } from './search.ts';
import { logOf } from './written-order.ts';

/** What stands in blocks that were not read. */
export interface PassedOver {
  records: number;
  skipped: number;
  lost: number;
}

/** A file with an index, and the blocks of that; undefined for another one. */
export interface IndexedFile {
  readonly file: LogFile;
  readonly blocks: readonly Block[];
}

/** Opens a file that has an index by which its blocks can be read; undefined for another one. */
export function openIndexed(path: string): IndexedFile | undefined {
  // A pipe or a device would wait for somebody, or have no beginning.
  if (!statSync(path).isFile()) return undefined;
  const file = openLogFile(path);
  if (file === undefined) return undefined;
  const blocks = readIndex(indexFolder(logOf(path)), file.id);
  const isUsable = blocks.length > 0 && (!file.isGzip || blocks[0]!.packedStart >= 0);
  if (isUsable) return { file, blocks };
  closeLogFile(file);
  return undefined;
}

/** The lines that may be meant, in batches; `passed` counts what the others have. Closes the file. */
export function* indexedLines(
  { file, blocks }: IndexedFile,
  test: BlockTest,
  passed: PassedOver,
): Generator<readonly string[]> {
  try {
    for (const block of blocks) {
      if (isWorthReading(block, test)) {
        yield readBlock(file, block)
          .toString('utf8', 0, block.length - 1)
          .split('\n');
      } else {
        passed.records += block.records;
        passed.skipped += block.skipped;
        passed.lost += block.lost;
      }
    }
    if (!file.isGzip) yield* linesFrom(file, endOf(blocks));
  } finally {
    closeLogFile(file);
  }
}

/** What has been written since it was indexed. */
function* linesFrom({ descriptor }: LogFile, start: number): Generator<readonly string[]> {
  const splitter = new LineSplitter();
  for (let at = start; ; ) {
    const octets = readAt(descriptor, at, CHUNK);
    at += octets.length;
    yield splitter.push(octets);
    if (octets.length < CHUNK) break;
  }
  yield splitter.end();
}
