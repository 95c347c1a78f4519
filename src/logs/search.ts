/** Searches the files of a decision log, the latest records first, page by page. */

import { gunzipSync } from 'node:zlib';
import { type Filter, type FilterTexts, matches, parseFilter } from '../observe/decision-filter.ts';
import { BLOCK, type Block } from './block-index.ts';
import { endOf, type LogIndexes, nextTurn } from './indexing.ts';
import { closeLogFile, type LogFile, logFilesOf, openLogFile, readAt } from './log-files.ts';
import { DecisionReader } from './log-lines.ts';
import { type BlockTest, blockTestOf, isWorthReading } from './record-keys.ts';
import { WrittenTexts } from './written-texts.ts';

const LF = 0x0a;

export interface SearchRequest {
  /** As `parseFilter` takes them, seen from `now` in milliseconds since the epoch. */
  readonly options: FilterTexts;
  readonly now: number;
  /** Records of a page. */
  readonly limit: number;
  /** Where a page before this one has ended. */
  readonly cursor?: string | undefined;
  /** Milliseconds after which a page ends with what it has. */
  readonly budget: number;
}

export interface SearchPage {
  /** Records as they stand in the log, the latest first. */
  readonly lines: readonly string[];
  /** Where the next page begins; undefined when everything has been searched. */
  readonly next?: string;
  /** Octets of the log's files that were searched, and of all of them, as they are on disk. */
  readonly searched: number;
  readonly total: number;
}

/** Whoever searches waits no more. */
export class SearchCancelled extends Error {}

/** Searches on from the cursor. Throws a SearchCancelled when `isCancelled` says so. */
export async function searchLog(
  log: string,
  indexes: LogIndexes,
  request: SearchRequest,
  isCancelled: () => boolean = () => false,
): Promise<SearchPage> {
  const filter = parseFilter(request.options, request.now);
  if (typeof filter === 'string') throw new TypeError(filter);
  const search = new Search(indexes, filter, request, isCancelled);
  const files = logFilesOf(log).flatMap((path) => openLogFile(path) ?? []);
  try {
    return await search.run(files);
  } finally {
    files.forEach(closeLogFile);
  }
}

class Search {
  readonly #indexes: LogIndexes;
  readonly #filter: Filter;
  readonly #test: BlockTest;
  readonly #texts: WrittenTexts;
  readonly #request: SearchRequest;
  readonly #isCancelled: () => boolean;
  readonly #reader: DecisionReader = new DecisionReader();
  readonly #until: number;
  readonly #lines: string[] = [];
  /** Pieces that were read: each page comes further than the one before. */
  #steps = 0;
  /** Where the search goes on: the file, and the end of what is left of it. */
  #cursor: string | undefined;

  constructor(
    indexes: LogIndexes,
    filter: Filter,
    request: SearchRequest,
    isCancelled: () => boolean,
  ) {
    this.#indexes = indexes;
    this.#filter = filter;
    this.#test = blockTestOf(request.options, request.now);
    this.#texts = new WrittenTexts(this.#test.texts);
    this.#request = request;
    this.#isCancelled = isCancelled;
    this.#until = performance.now() + request.budget;
  }

  async run(files: readonly LogFile[]): Promise<SearchPage> {
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const [id, at] = readCursor(this.#request.cursor);
    const first = id === undefined ? 0 : files.findIndex((file) => file.id === id);
    // The file in which the last page ended is gone, and with it all older ones.
    const left = first < 0 ? [] : files.slice(first);
    for (const [i, file] of left.entries()) {
      await this.#searchFile(file, i === 0 ? at : undefined);
      if (this.#cursor !== undefined) {
        const searched = files.slice(0, first + i).reduce((sum, { size }) => sum + size, 0);
        return { lines: this.#lines, next: this.#cursor, searched, total };
      }
    }
    return { lines: this.#lines, searched: total, total };
  }

  async #searchFile(file: LogFile, cursorAt = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#isOver()) return this.#stopAt(file, cursorAt);
    const blocks = this.#indexes.blocksOf(file);
    if (file.isGzip) {
      const isSeekable = (blocks[0]?.packedStart ?? -1) >= 0;
      if (!isSeekable) return this.#searchPacked(file, blocks, cursorAt);
    } else {
      const end = Math.min(cursorAt, file.size);
      if (await this.#searchTail(file, endOf(blocks), end)) return;
    }
    await this.#searchBlocks(file, blocks, cursorAt);
  }

  async #searchBlocks(file: LogFile, blocks: readonly Block[], end: number): Promise<void> {
    for (let i = blocks.length - 1; i >= 0; i--) {
      const block = blocks[i]!;
      if (block.start >= end || !isWorthReading(block, this.#test)) continue;
      const octets = readBlock(file, block).subarray(0, end - block.start);
      if (this.#searchOctets(file, octets, block.start)) return;
      if (await this.#pause(file, block.start)) return;
    }
  }

  /** What is not indexed of a file, from its end; true when the page is full. */
  async #searchTail(file: LogFile, start: number, end: number): Promise<boolean> {
    for (let rest = end; rest > start; ) {
      const { octets, at } = linesBefore(file, start, rest);
      if (this.#searchOctets(file, octets, at)) return true;
      rest = at;
      if (await this.#pause(file, rest)) return true;
    }
    return false;
  }

  /** A compressed file that can be read from its beginning only. */
  async #searchPacked(file: LogFile, known: readonly Block[], end: number): Promise<void> {
    const isWorth = (block: Block) => block.start < end && isWorthReading(block, this.#test);
    if (known.length > 0 && !known.some(isWorth)) return;
    const { limit } = this.#request;
    const left = limit - this.#lines.length;
    let found: { line: string; at: number }[] = [];
    await this.#indexes.inflate(file, {
      isWorth,
      take: (octets, { start }) => {
        const inBlock = this.#find(octets.subarray(0, end - start), start, left);
        found = [...found, ...inBlock.reverse()].slice(-left);
      },
      stop: () => this.#throwIfCancelled(),
    });
    this.#steps++;
    this.#lines.push(...found.map(({ line }) => line).reverse());
    if (found.length === left && left > 0) this.#stopAt(file, found[0]!.at);
  }

  /** True when the page is full. */
  #searchOctets(file: LogFile, octets: Buffer, start: number): boolean {
    const left = this.#request.limit - this.#lines.length;
    const found = this.#find(octets, start, left);
    this.#lines.push(...found.map(({ line }) => line));
    if (found.length < left) return false;
    this.#stopAt(file, found.at(-1)?.at ?? start + octets.length);
    return true;
  }

  /** At most `most` records among these lines, the last first. */
  #find(octets: Buffer, start: number, most: number): { line: string; at: number }[] {
    const found: { line: string; at: number }[] = [];
    if (!this.#texts.mayHave(octets)) return found;
    for (let end = octets.length; end > 0 && found.length < most; ) {
      // A negative position would be one from the end.
      const at = end < 2 ? 0 : octets.lastIndexOf(LF, end - 2) + 1;
      const line = octets.subarray(at, octets[end - 1] === LF ? end - 1 : end);
      const isWorth = this.#texts.mayHave(line);
      const record = isWorth ? this.#reader.read(line.toString('utf8')) : undefined;
      if (record !== undefined && matches(this.#filter, record)) {
        found.push({ line: this.#reader.text, at: start + at });
      }
      end = at;
    }
    return found;
  }

  async #pause(file: LogFile, at: number): Promise<boolean> {
    this.#steps++;
    await nextTurn();
    this.#throwIfCancelled();
    if (!this.#isOver()) return false;
    this.#stopAt(file, at);
    return true;
  }

  #isOver(): boolean {
    return this.#steps > 0 && performance.now() >= this.#until;
  }

  #throwIfCancelled(): false {
    if (this.#isCancelled()) throw new SearchCancelled();
    return false;
  }

  #stopAt({ id }: LogFile, at: number): void {
    this.#cursor = at === Number.POSITIVE_INFINITY ? id : `${id}.${at.toString(36)}`;
  }
}

/** Whether a text is a cursor that a page has given. */
export function isCursor(text: string): boolean {
  return /^[0-9a-f]{24}(\.[0-9a-z]{1,11})?$/.test(text);
}

function readCursor(cursor: string | undefined): [string | undefined, number | undefined] {
  const [id, at] = cursor?.split('.') ?? [];
  return [id, at === undefined ? undefined : Number.parseInt(at, 36)];
}

export function readBlock({ descriptor }: LogFile, block: Block): Buffer {
  if (block.packedStart < 0) return readAt(descriptor, block.start, block.length);
  return gunzipSync(readAt(descriptor, block.packedStart, block.packedLength));
}

/** Whole lines that end at `end`, about a block of them, and where they begin. */
function linesBefore(
  { descriptor }: LogFile,
  start: number,
  end: number,
): { readonly octets: Buffer; readonly at: number } {
  for (let length = BLOCK; ; length *= 2) {
    const from = Math.max(start, end - length);
    const octets = readAt(descriptor, from, end - from);
    const cut = from === start ? 0 : octets.indexOf(LF) + 1;
    if (from === start || (cut > 0 && cut < octets.length)) {
      return { octets: octets.subarray(cut), at: from + cut };
    }
  }
}
