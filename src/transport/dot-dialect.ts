/** DNS messages to an upstream, each behind its length (RFC 7858 section 3.3). */

import { FrameReader, frame, MAX_FRAME } from './frames.ts';
import type { DialectEvents, UpstreamDialect } from './upstream-dialect.ts';

export class DotDialect implements UpstreamDialect {
  readonly isFull = false;
  readonly isOver = false;
  readonly #reader: FrameReader = new FrameReader(MAX_FRAME);
  #waiting: Buffer[] = [];
  #next = 0;

  ask(octets: Uint8Array, length: number): void {
    this.#waiting.push(frame(octets, length));
  }

  push(chunk: Buffer, on: DialectEvents): void {
    this.#reader.push(chunk, (octets) => on.answered(octets));
  }

  take(): Buffer | undefined {
    const next = this.#waiting[this.#next++];
    if (next === undefined && this.#next > 1) this.#waiting = [];
    if (next === undefined) this.#next = 0;
    return next;
  }
}
