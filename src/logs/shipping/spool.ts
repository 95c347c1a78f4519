/**
 * Reads a decision log on from a place that is kept on disk: over rotations and restarts, and in
 * files that have been compressed meanwhile.
 */

import { createReadStream, fstatSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { closeLogFile, type LogFile, logFilesOf, openLogFile, readAt } from '../log-files.ts';
import { CHUNK } from '../log-lines.ts';
import type { Position, Source, Taken } from './source.ts';

const LF = 0x0a;
/** Milliseconds without a write after which nobody is taken to write to an old file. */
const QUIET_MS = 1000;

export class Spool implements Source {
  /** Times that a file was rotated away before all of it had been read. */
  gaps = 0;
  /** Old files that ended in the midst of a line, or of their gzip. */
  torn = 0;
  readonly #log: string;
  #position: Position | undefined;
  #file: LogFile | undefined;
  #inflated: AsyncIterator<Buffer> | undefined;
  #rest: Buffer = Buffer.alloc(0);

  /** `from` is undefined for all that is there. */
  constructor(log: string, from: Position | undefined) {
    this.#log = log;
    this.#position = from;
  }

  /** The next whole lines, at most about a chunk; undefined when there are none now. */
  async read(now: number): Promise<Taken | undefined> {
    for (;;) {
      this.#file ??= this.#open();
      if (this.#file === undefined) return undefined;
      const octets = await this.#more(this.#file);
      if (octets !== undefined) {
        const lines = this.#take(octets);
        if (lines !== undefined) return lines;
      } else if (!this.#isLeft(this.#file, now) || !this.#advance(this.#file)) return undefined;
    }
  }

  /** Octets on disk behind the position; of compressed files as they are. */
  behind(): number {
    if (this.#file === undefined) return 0;
    const { ino, size } = fstatSync(this.#file.descriptor);
    let octets = this.#inflated === undefined ? size - this.#position!.offset : size;
    for (const path of logFilesOf(this.#log)) {
      const one = statSync(path, { throwIfNoEntry: false });
      if (one === undefined) continue;
      if (one.ino === ino) break;
      octets += one.size;
    }
    return Math.max(0, octets);
  }

  close(): void {
    if (this.#file !== undefined) closeLogFile(this.#file);
    this.#file = undefined;
    this.#inflated?.return?.();
    this.#inflated = undefined;
    this.#rest = Buffer.alloc(0);
  }

  /** The file that the position is in; the oldest when there is none, or it has gone. */
  #open(): LogFile | undefined {
    const files = openAll(this.#log);
    const wanted = this.#position?.file;
    const found = files.find(({ id }) => id === wanted);
    if (found === undefined && wanted !== undefined && files.length > 0) this.gaps++;
    return this.#enter(found ?? files[0], found === undefined ? 0 : this.#position!.offset, files);
  }

  #enter(file: LogFile | undefined, offset: number, opened: readonly LogFile[]) {
    for (const one of opened) if (one !== file) closeLogFile(one);
    if (file === undefined) return undefined;
    this.#position = { file: file.id, offset };
    this.#rest = Buffer.alloc(0);
    this.#inflated = file.isGzip ? inflateFrom(file, offset) : undefined;
    return file;
  }

  /** Octets behind those that were read. */
  async #more(file: LogFile): Promise<Buffer | undefined> {
    if (this.#inflated !== undefined) {
      try {
        const { done, value } = await this.#inflated.next();
        return done ? undefined : value;
      } catch {
        this.torn++;
        return undefined;
      }
    }
    const { offset } = this.#position!;
    const { size } = fstatSync(file.descriptor);
    if (size < offset) return this.#beginAgain(file);
    const at = offset + this.#rest.length;
    const octets = readAt(file.descriptor, at, Math.min(CHUNK, size - at));
    return octets.length === 0 ? undefined : octets;
  }

  /** The file was emptied in place: what was in it has been read, or has gone. */
  #beginAgain(file: LogFile): Buffer | undefined {
    const next = openLogFile(this.#log);
    if (next === undefined) return undefined;
    this.#file = this.#enter(next, 0, [file]);
    return Buffer.alloc(0);
  }

  #take(octets: Buffer): Taken | undefined {
    const all = this.#rest.length === 0 ? octets : Buffer.concat([this.#rest, octets]);
    const end = all.lastIndexOf(LF);
    if (end < 0) {
      this.#rest = Buffer.from(all);
      return undefined;
    }
    const { file, offset } = this.#position!;
    this.#position = { file, offset: offset + end + 1 };
    this.#rest = Buffer.from(all.subarray(end + 1));
    return { lines: all.toString('utf8', 0, end).split('\n'), position: this.#position };
  }

  /** Whether nobody writes to the file any more. */
  #isLeft(file: LogFile, now: number): boolean {
    if (this.#inflated !== undefined) return true;
    const current = statSync(this.#log, { throwIfNoEntry: false });
    const { ino, dev, mtimeMs } = fstatSync(file.descriptor);
    if (current === undefined || (current.ino === ino && current.dev === dev)) return false;
    return mtimeMs < now - QUIET_MS || mtimeMs > now;
  }

  /** Goes on in the next file; false while it has no line. */
  #advance(file: LogFile): boolean {
    const files = openAll(this.#log);
    const index = files.findIndex(({ id }) => id === file.id);
    const { mtimeMs } = fstatSync(file.descriptor);
    // One that has been removed was before all that were written to after it.
    const at = index < 0 ? files.findIndex((one) => one.modifiedAt > mtimeMs) : index + 1;
    const next = files[at];
    if (next === undefined) {
      for (const one of files) closeLogFile(one);
      return false;
    }
    // Nothing older is left: there may have been others between the two.
    if (index < 0 && at === 0 && files.length > 1) this.gaps++;
    if (this.#rest.length > 0) this.torn++;
    closeLogFile(file);
    this.#inflated = undefined;
    this.#file = this.#enter(next, 0, files);
    return true;
  }
}

/** Those with a line, the oldest first. */
function openAll(log: string): LogFile[] {
  return logFilesOf(log)
    .reverse()
    .map(openLogFile)
    .filter((file) => file !== undefined);
}

async function* inflateFrom({ path, descriptor }: LogFile, offset: number): AsyncGenerator<Buffer> {
  const packed = createReadStream(path, { fd: descriptor, start: 0, autoClose: false });
  const inflated = pipeline(packed, createGunzip({ chunkSize: CHUNK }), () => {});
  let left = offset;
  for await (const chunk of inflated as AsyncIterable<Buffer>) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}
