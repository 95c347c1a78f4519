/** Reads a log as it grows, and goes on in its successor when it is rotated. */

import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isGzip, LineSplitter } from '../../logs/log-lines.ts';

const CHUNK = 1 << 16;
/** Milliseconds between two looks without an event: network file systems send none. */
const LOOK_MS = 500;

/**
 * The lines of the file at `path`, from its beginning until `stop`. A file that is truncated is
 * read again from its beginning; one that is moved away is read on until another stands in its
 * place and something is in it, for the writer may still have it open.
 */
export async function* followLines(
  path: string,
  stop: AbortSignal,
): AsyncGenerator<readonly string[]> {
  const changes = new Changes(path, stop);
  let file: GrowingFile | undefined;
  try {
    file = await GrowingFile.open(path);
    while (!stop.aborted) {
      yield* file.read();
      const successor = await findSuccessor(path, file);
      if (successor === undefined) {
        await changes.next();
        continue;
      }
      yield* file.finish();
      await file.close();
      file = successor;
    }
  } finally {
    changes.close();
    await file?.close();
  }
}

async function findSuccessor(path: string, file: GrowingFile): Promise<GrowingFile | undefined> {
  try {
    const { dev, ino, size } = await stat(path, { bigint: true });
    if (size === 0n || identify(dev, ino) === file.identity) return undefined;
    return await GrowingFile.open(path);
  } catch (error) {
    // In the midst of a rotation there is no file of this name.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

class GrowingFile {
  readonly identity: string;
  readonly #handle: FileHandle;
  readonly #buffer: Buffer = Buffer.allocUnsafe(CHUNK);
  readonly #splitter: LineSplitter = new LineSplitter();
  #position = 0;

  private constructor(handle: FileHandle, identity: string) {
    this.#handle = handle;
    this.identity = identity;
  }

  static async open(path: string): Promise<GrowingFile> {
    const handle = await open(path);
    const { dev, ino } = await handle.stat({ bigint: true });
    return new GrowingFile(handle, identify(dev, ino));
  }

  /** The lines that have come since. */
  async *read(): AsyncGenerator<readonly string[]> {
    for (;;) {
      const { bytesRead } = await this.#handle.read(this.#buffer, 0, CHUNK, this.#position);
      const octets = this.#buffer.subarray(0, bytesRead);
      if (this.#position === 0 && isGzip(octets)) {
        throw Object.assign(new Error('compressed'), { code: 'COMPRESSED' });
      }
      this.#position += bytesRead;
      if (bytesRead > 0) yield this.#splitter.push(octets);
      else if ((await this.#handle.stat()).size >= this.#position) return;
      else {
        yield this.#splitter.end();
        this.#position = 0;
      }
    }
  }

  /** The last lines, and what stands behind them without a line end. */
  async *finish(): AsyncGenerator<readonly string[]> {
    yield* this.read();
    yield this.#splitter.end();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function identify(device: bigint, inode: bigint): string {
  return `${device}:${inode}`;
}

/** Resolves when something may have happened to a file, or `stop` is aborted. */
class Changes {
  readonly #stop: AbortSignal;
  readonly #watcher: FSWatcher | undefined;
  readonly #timer: NodeJS.Timeout;
  #changed = false;
  #wake: () => void = () => {};
  readonly #note = (): void => {
    this.#changed = true;
    this.#wake();
  };

  constructor(path: string, stop: AbortSignal) {
    this.#stop = stop;
    stop.addEventListener('abort', this.#note);
    this.#timer = setInterval(this.#note, LOOK_MS);
    this.#watcher = this.#watch(path);
  }

  /** Returns at once when something has happened since the last time. */
  async next(): Promise<void> {
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#changed = false;
  }

  close(): void {
    this.#stop.removeEventListener('abort', this.#note);
    clearInterval(this.#timer);
    this.#watcher?.close();
  }

  /** Watches the directory: a file that is moved away takes its own watch with it. */
  #watch(path: string): FSWatcher | undefined {
    const prefix = basename(path);
    try {
      const watcher = watch(dirname(path), (_event, name) => {
        // A moved file goes by a longer name (`decisions.log.1`) and may be written to still.
        if (name === null || name.startsWith(prefix)) this.#note();
      });
      return watcher.on('error', () => watcher.close());
    } catch {
      // No more watches to be had: looking from time to time is left.
      return undefined;
    }
  }
}
