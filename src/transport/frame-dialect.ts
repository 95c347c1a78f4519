/** DNS messages, each behind its length: DNS over TCP and over TLS. */

import type { Dialect, OnQuery } from './dialect.ts';
import { FrameReader, FrameWriter } from './frames.ts';

/** Messages carry IDs of their own: nothing else tells them apart. */
const NO_EXCHANGE = 0;

export class FrameDialect implements Dialect {
  readonly isEnding = false;
  readonly #reader: FrameReader = new FrameReader();
  readonly #writer: FrameWriter = new FrameWriter();

  push(chunk: Buffer, onQuery: OnQuery): void {
    this.#reader.push(chunk, (octets) => onQuery(octets, NO_EXCHANGE));
  }

  reply(_exchange: number, octets: Uint8Array, length: number): void {
    this.#writer.push(octets, length);
  }

  more(octets: Uint8Array, length: number): void {
    this.#writer.push(octets, length);
  }

  drop(): void {}

  leave(): void {}

  get hasOutput(): boolean {
    return !this.#writer.isEmpty;
  }

  take(): Buffer {
    return this.#writer.take();
  }
}
