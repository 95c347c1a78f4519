/** Writing to somebody who may be slow, or leave: stdout before a pipe. */

import type { Writable } from 'node:stream';

const GONE: ReadonlySet<string | undefined> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

export class Output {
  readonly #stream: Writable;
  #error: NodeJS.ErrnoException | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#error ??= error;
    });
  }

  /** Whether writing has no use any more. */
  get isClosed(): boolean {
    return this.#error !== undefined;
  }

  /** Why it is closed; undefined when the reader has seen enough, as `head` has at some time. */
  get failure(): string | undefined {
    return GONE.has(this.#error?.code) ? undefined : this.#error?.message;
  }

  /** Returns when the stream has taken the text, or is closed. */
  async write(text: string): Promise<void> {
    if (text === '' || this.isClosed) return;
    await new Promise<void>((resolve) => {
      this.#stream.write(text, (error) => {
        this.#error ??= error ?? undefined;
        resolve();
      });
    });
  }
}
