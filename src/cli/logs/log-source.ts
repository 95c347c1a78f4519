/** The decision logs that a command is given: files one after the other, and stdin. */

import { closeSync, createReadStream, fstatSync, openSync, statSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { ClickhouseError } from '../../logs/clickhouse/client.ts';
import type { ClickhouseRecordsReader } from '../../logs/clickhouse/reading.ts';
import { openLogFile, readAt } from '../../logs/log-files.ts';
import { CHUNK, isGzip } from '../../logs/log-lines.ts';
import { partsOf, readPart, wholeLines } from '../../logs/log-parts.ts';
import type { LogPart } from '../../logs/range-lines.ts';
import { type BlockTest, EVERY_BLOCK } from '../../logs/record-keys.ts';
import type { PassedOver } from '../../logs/sampled-times.ts';
import { inWrittenOrder } from '../../logs/written-order.ts';
import { WrittenTexts } from '../../logs/written-texts.ts';
import { followLines } from './log-follow.ts';

const STDIN = '-';

/**
 * What is read: `-` among the files is stdin, and so is no file at all. Of a log that was rotated
 * the oldest file comes first.
 */
export interface LogSource {
  readonly files: readonly string[];
  /** Whether the last file is read on as it grows. */
  readonly follow: boolean;
  /** What is looked for: files with an index are read only where that may be. */
  readonly test?: BlockTest;
  /** What is read in place of files. */
  readonly table?: ClickhouseRecordsReader | undefined;
}

export interface LogInput {
  readonly stdin: Readable;
  /** Told of what cannot be read. */
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

export class LogReader {
  /** A source could not be read, or not to its end. */
  failed = false;
  /** What stands in parts of files that were not read, since the index rules them out. */
  readonly passed: PassedOver = { records: 0, skipped: 0, lost: 0, backwards: 0 };
  /** Octets of files that were read, packed or not, or passed over. */
  octetsRead = 0;
  readonly #paths: readonly string[];
  readonly #follow: boolean;
  readonly #test: BlockTest;
  readonly #texts: WrittenTexts;
  readonly #input: LogInput;
  readonly #table: ClickhouseRecordsReader | undefined;
  readonly #descriptors: number[] = [];

  constructor({ files, follow, test = EVERY_BLOCK, table }: LogSource, input: LogInput) {
    this.#table = table;
    this.#test = test;
    this.#texts = new WrittenTexts(test.texts);
    this.#paths = files.length === 0 ? [STDIN] : inWrittenOrder(files);
    this.#follow = follow;
    this.#input = input;
  }

  /** Undefined with stdin among the files, and for a table. */
  get octetsInAll(): number | undefined {
    if (this.#table !== undefined || this.#paths.includes(STDIN)) return undefined;
    const sizes = this.#paths.map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** The parts of files that can be read in any order; undefined when there is something else. */
  parts(): readonly LogPart[] | undefined {
    if (this.#table !== undefined || this.#paths.includes(STDIN)) return undefined;
    const stats = this.#paths.map((path) => statSync(path, { throwIfNoEntry: false }));
    if (!stats.every((one) => one === undefined || one.isFile())) return undefined;
    return this.#paths.flatMap((path) => {
      try {
        return this.#partsOf(path);
      } catch (error) {
        this.tell(path, error);
        return [];
      }
    });
  }

  /** All that can be read in whole lines, until the end or `stop`. */
  async *octets(stop: AbortSignal): AsyncGenerator<Buffer> {
    if (this.#table !== undefined) {
      for await (const lines of this.#readTable(this.#table)) {
        yield Buffer.from(lines.map((line) => `${line}\n`).join(''));
      }
      return;
    }
    for (const path of this.#paths) {
      for await (const octets of this.#told(path, stop, () => this.#open(path, stop))) yield octets;
    }
  }

  /** The lines of all that can be read and may be meant, in batches, until the end or `stop`. */
  async *lines(stop: AbortSignal): AsyncGenerator<readonly string[]> {
    if (this.#table !== undefined) yield* this.#readTable(this.#table);
    else {
      for (const [index, path] of this.#paths.entries()) {
        const isLast = index === this.#paths.length - 1;
        const isFollowed = this.#follow && isLast && path !== STDIN;
        yield* this.#told(path, stop, () =>
          isFollowed ? followLines(path, stop) : this.#linesOf(path, stop),
        );
      }
    }
  }

  /** Files stay open until all is read: a rotation in the meantime changes nothing. */
  close(): void {
    for (const descriptor of this.#descriptors.splice(0)) closeSync(descriptor);
  }

  /** Tells of a file that cannot be read. Throws an error of another kind. */
  tell(name: string, error: unknown): void {
    const why = explainUnreadable(name, error);
    if (why === undefined) throw error;
    this.failed = true;
    this.#input.stderr.write(`${why}\n`);
  }

  async *#linesOf(path: string, stop: AbortSignal): AsyncGenerator<readonly string[]> {
    for await (const octets of this.#open(path, stop)) yield this.#texts.linesOf(octets);
  }

  async *#told<T>(
    path: string,
    stop: AbortSignal,
    open: () => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    try {
      for await (const one of open()) {
        if (stop.aborted) return;
        yield one;
      }
    } catch (error) {
      if (stop.aborted) return;
      this.tell(path === STDIN ? 'stdin' : path, error);
    } finally {
      this.close();
    }
  }

  async *#readTable(table: ClickhouseRecordsReader): AsyncGenerator<readonly string[]> {
    try {
      yield* table.lines();
    } catch (error) {
      if (!(error instanceof ClickhouseError)) throw error;
      this.failed = true;
      this.#input.stderr.write(`clickhouse: ${error.message}\n`);
    }
  }

  async *#open(path: string, stop: AbortSignal): AsyncGenerator<Buffer> {
    if (path === STDIN) {
      const { stdin } = this.#input;
      stop.addEventListener('abort', () => stdin.destroy(), { once: true });
      yield* wholeLines(stdin);
      return;
    }
    // A pipe or a device would wait for somebody, or have no beginning.
    if (!statSync(path).isFile()) {
      yield* wholeLines(createReadStream(path, { highWaterMark: CHUNK }));
      return;
    }
    const before = this.octetsRead;
    for (const part of this.#partsOf(path)) {
      for await (const octets of readPart(part)) {
        if (part.blocks === undefined) this.octetsRead += octets.length;
        yield octets;
      }
    }
    this.octetsRead = before + statSync(path).size;
  }

  #partsOf(path: string): readonly LogPart[] {
    const file = openLogFile(path);
    if (file !== undefined) {
      this.#descriptors.push(file.descriptor);
      return partsOf(file, this.#test, this.passed);
    }
    // Without the end of a line it has no name by which an index could be found.
    const descriptor = openSync(path, 'r');
    this.#descriptors.push(descriptor);
    const isPacked = isGzip(readAt(descriptor, 0, 2));
    const { size: length } = fstatSync(descriptor);
    return [{ path, descriptor, start: 0, end: Number.POSITIVE_INFINITY, length, isPacked }];
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT:
    'there is no such file; expect the file that decisionLog.to names, or one rotated from it',
  EACCES: 'this user may not read it; expect its owner, its group or root',
  EPERM: 'this user may not read it; expect its owner, its group or root',
  EISDIR: 'is a directory; expect the files in it',
  COMPRESSED: 'is compressed, so nothing is added to it; expect the log that is being written',
  Z_BUF_ERROR: 'ends too early for gzip, what stands before was read; expect a whole copy',
  Z_DATA_ERROR: 'is damaged gzip, what stands before was read; expect a whole copy',
};

/** Why a log cannot be read and what to do; undefined for an error of another kind. */
function explainUnreadable(path: string, error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') return undefined;
  return `${path}: ${REASONS[code] ?? `cannot be read: ${message}; expect a decision log`}`;
}
