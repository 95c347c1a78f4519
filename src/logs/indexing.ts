/** Keeps the indexes of a log's files: made as the log grows, and made again when they are missing. */

import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import {
  appendIndex,
  BLOCK,
  type Block,
  indexBlock,
  indexFolder,
  readIndex,
  removeOthers,
  writeIndex,
} from './block-index.ts';
import { type LogFile, readAt } from './log-files.ts';

const LF = 0x0a;
/** Octets of indexes that stay in memory. */
const KEPT = 32 << 20;

/** Lets other work of the thread go on. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class LogIndexes {
  readonly #folder: string;
  readonly #known: Map<string, Block[]> = new Map();
  #octets = 0;

  constructor(log: string) {
    this.#folder = indexFolder(log);
  }

  /** What is indexed of a file, from its beginning on. */
  blocksOf({ id, isGzip }: LogFile): readonly Block[] {
    const known = this.#known.get(id);
    // Another thread compresses: it has written the index anew.
    const isOld = isGzip && known?.[0] !== undefined && known[0].packedStart < 0;
    if (known !== undefined && !isOld) return known;
    const read = readIndex(this.#folder, id);
    this.#keep(id, read);
    return read;
  }

  /**
   * Indexes what has been added to a file that is not compressed: whole blocks, and of one that
   * `isFinished` all whole lines. Stops when `stop` says so; `pause` lets other work go on.
   */
  async extend(
    file: LogFile,
    isFinished: boolean,
    stop: () => boolean,
    pause: () => Promise<void> = nextTurn,
  ): Promise<void> {
    const blocks = [...this.blocksOf(file)];
    const before = blocks.length;
    let at = endOf(blocks);
    const least = isFinished ? 1 : BLOCK;
    while (file.size - at >= least && !stop()) {
      const octets = wholeLines(file, at);
      if (octets === undefined) break;
      blocks.push(indexBlock(octets, at));
      at += octets.length;
      await pause();
    }
    this.#add(file.id, blocks, before);
  }

  /**
   * Reads a compressed file from its beginning and indexes it on the way, if that has not been
   * done. `take` is given each block that is worth reading, in the order of the file.
   */
  async inflate(
    file: LogFile,
    {
      isWorth,
      take,
      stop,
    }: {
      isWorth: (block: Block) => boolean;
      take: (octets: Buffer, block: Block) => void;
      stop: () => boolean;
    },
  ): Promise<void> {
    const known = this.blocksOf(file);
    const made: Block[] = [];
    for await (const octets of inflatedBlocks(file, known)) {
      if (stop()) return;
      const at = endOf(made);
      const block = known[made.length] ?? indexBlock(octets, at);
      made.push(block);
      if (isWorth(block)) take(octets, block);
    }
    if (known.length === 0 && made.length > 0) this.replace(file.id, made);
  }

  /** The index of a file as a whole. */
  replace(id: string, blocks: readonly Block[]): void {
    writeIndex(this.#folder, id, blocks);
    this.#keep(id, [...blocks]);
  }

  /** Forgets the indexes of files that are gone. */
  retain(ids: ReadonlySet<string>): void {
    removeOthers(this.#folder, ids);
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#drop(id);
  }

  #add(id: string, blocks: Block[], before: number): void {
    if (blocks.length === before) return;
    if (before === 0) writeIndex(this.#folder, id, blocks);
    else appendIndex(this.#folder, id, blocks.slice(before));
    this.#keep(id, blocks);
  }

  #keep(id: string, blocks: Block[]): void {
    this.#drop(id);
    this.#known.set(id, blocks);
    this.#octets += octetsOf(blocks);
    for (const oldest of this.#known.keys()) {
      if (this.#octets <= KEPT || oldest === id) break;
      this.#drop(oldest);
    }
  }

  #drop(id: string): void {
    this.#octets -= octetsOf(this.#known.get(id) ?? []);
    this.#known.delete(id);
  }
}

function octetsOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { filter }) => sum + filter.length + 128, 0);
}

/** Where the last block ends. */
export function endOf(blocks: readonly Block[]): number {
  const last = blocks.at(-1);
  return last === undefined ? 0 : last.start + last.length;
}

/** About a block of a file from a position on, to the end of its last line; undefined without one. */
function wholeLines({ descriptor, size }: LogFile, at: number): Buffer | undefined {
  for (let length = BLOCK; ; length *= 2) {
    const octets = readAt(descriptor, at, Math.min(length, size - at));
    const end = octets.lastIndexOf(LF) + 1;
    if (end > 0) return octets.subarray(0, end);
    if (octets.length < length) return undefined;
  }
}

/** The text of a compressed file in blocks: as they are known, or cut behind whole lines. */
async function* inflatedBlocks({ path }: LogFile, known: readonly Block[]): AsyncGenerator<Buffer> {
  const inflated = createReadStream(path)
    .on('error', () => {})
    .pipe(createGunzip({ chunkSize: BLOCK }));
  let rest: Buffer = Buffer.alloc(0);
  let count = 0;
  try {
    for await (const chunk of inflated) {
      rest = Buffer.concat([rest, chunk]);
      for (let end = blockEnd(rest, known[count]); end > 0; end = blockEnd(rest, known[count])) {
        yield rest.subarray(0, end);
        rest = rest.subarray(end);
        count++;
      }
    }
  } catch (error) {
    // Damaged, or cut short: what came before is all that there is.
    if (!String((error as NodeJS.ErrnoException).code).startsWith('Z_')) throw error;
  }
  const end = rest.lastIndexOf(LF) + 1;
  if (end > 0 && known.length === 0) yield rest.subarray(0, end);
}

function blockEnd(octets: Buffer, known: Block | undefined): number {
  if (known !== undefined) return octets.length >= known.length ? known.length : 0;
  if (octets.length < BLOCK) return 0;
  return octets.lastIndexOf(LF) + 1;
}
