/** The decision logs that a command is given: files one after the other, and stdin. */

import { createReadStream, type ReadStream, statSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { ClickhouseError } from '../../logs/clickhouse/client.ts';
import type { ClickhouseRecordsReader } from '../../logs/clickhouse/reading.ts';
import { indexedLines, openIndexed, type PassedOver } from '../../logs/indexed-lines.ts';
import { CHUNK, readLines } from '../../logs/log-lines.ts';
import type { BlockTest } from '../../logs/record-keys.ts';
import { inWrittenOrder } from '../../logs/written-order.ts';
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
  readonly passed: PassedOver = { records: 0, skipped: 0, lost: 0 };
  readonly #paths: readonly string[];
  readonly #follow: boolean;
  readonly #test: BlockTest | undefined;
  readonly #input: LogInput;
  readonly #table: ClickhouseRecordsReader | undefined;
  #octetsBefore = 0;
  #stream: ReadStream | undefined;

  constructor({ files, follow, test, table }: LogSource, input: LogInput) {
    this.#table = table;
    this.#test = test;
    this.#paths = files.length === 0 ? [STDIN] : inWrittenOrder(files);
    this.#follow = follow;
    this.#input = input;
  }

  /** Octets of files, packed or not. */
  get octetsRead(): number {
    return this.#octetsBefore + (this.#stream?.bytesRead ?? 0);
  }

  /** Undefined with stdin among the files, and for a table. */
  get octetsInAll(): number | undefined {
    if (this.#table !== undefined || this.#paths.includes(STDIN)) return undefined;
    const sizes = this.#paths.map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** The lines of all that can be read, in batches, until the end or `stop`. */
  lines(stop: AbortSignal): AsyncGenerator<readonly string[]> {
    return this.#table === undefined ? this.#readFiles(stop) : this.#readTable(this.#table);
  }

  async *#readFiles(stop: AbortSignal): AsyncGenerator<readonly string[]> {
    for (const [index, path] of this.#paths.entries()) {
      const isFollowed = this.#follow && index === this.#paths.length - 1;
      try {
        for await (const lines of this.#open(path, isFollowed, stop)) {
          if (stop.aborted) return;
          yield lines;
        }
      } catch (error) {
        if (stop.aborted) return;
        this.#tell(path === STDIN ? 'stdin' : path, error);
      }
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

  #open(
    path: string,
    isFollowed: boolean,
    stop: AbortSignal,
  ): AsyncIterable<readonly string[]> | Iterable<readonly string[]> {
    if (path !== STDIN) {
      if (isFollowed) return followLines(path, stop);
      const indexed = this.#test && openIndexed(path);
      if (indexed !== undefined) return indexedLines(indexed, this.#test!, this.passed);
      this.#octetsBefore = this.octetsRead;
      this.#stream = createReadStream(path, { highWaterMark: CHUNK });
      return readLines(this.#stream);
    }
    const { stdin } = this.#input;
    stop.addEventListener('abort', () => stdin.destroy(), { once: true });
    return readLines(stdin);
  }

  #tell(name: string, error: unknown): void {
    const why = explainUnreadable(name, error);
    if (why === undefined) throw error;
    this.failed = true;
    this.#input.stderr.write(`${why}\n`);
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
