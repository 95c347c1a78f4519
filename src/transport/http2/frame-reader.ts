/** Takes a client's stream apart into frames (RFC 9113 sections 3.4 and 4.1). */

import { FRAME_SIZE } from './flow-control.ts';
import { FRAME_HEADER } from './frame-writer.ts';
import { Http2Error } from './http2-error.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const NOTHING: Buffer = Buffer.alloc(0);
/** Octets of memory for a frame that begins to come. */
const FIRST_ROOM = 256;

export interface FrameEvents {
  /** Nothing more is read. */
  readonly isEnding: boolean;
  /** A whole frame, its header included, which is there during the call only. */
  frame(octets: Buffer, start: number, end: number): void;
}

export class Http2FrameReader {
  /** Octets of the preface that have come. */
  #greeted = 0;
  /** What has come of a frame that is not whole. */
  #part: Buffer = NOTHING;
  #length = 0;

  /** Throws an Http2Error for what is no HTTP/2. */
  push(chunk: Buffer, on: FrameEvents): void {
    let at = this.#greeted < PREFACE.length ? this.#greet(chunk) : 0;
    if (this.#length > 0) at = this.#complete(chunk, at, on);
    while (chunk.length - at >= FRAME_HEADER && !on.isEnding) {
      const end = at + lengthAt(chunk, at);
      if (end > chunk.length) break;
      on.frame(chunk, at, end);
      at = end;
    }
    if (at < chunk.length && !on.isEnding) this.#collect(chunk, at, chunk.length);
  }

  #greet(chunk: Buffer): number {
    let at = 0;
    for (; at < chunk.length && this.#greeted < PREFACE.length; at++) {
      if (chunk[at] !== PREFACE[this.#greeted++]) throw new Http2Error('PROTOCOL_ERROR');
    }
    return at;
  }

  /** Goes on with the frame that has begun; returns where in the chunk the next one begins. */
  #complete(chunk: Buffer, from: number, on: FrameEvents): number {
    let at = from;
    if (this.#length < FRAME_HEADER) {
      const end = Math.min(at + FRAME_HEADER - this.#length, chunk.length);
      this.#collect(chunk, at, end);
      at = end;
      if (this.#length < FRAME_HEADER) return at;
    }
    const length = lengthAt(this.#part, 0);
    const end = Math.min(at + length - this.#length, chunk.length);
    this.#collect(chunk, at, end);
    if (this.#length < length) return end;
    const whole = this.#part;
    this.#part = NOTHING;
    this.#length = 0;
    on.frame(whole, 0, length);
    return end;
  }

  /** A copy, so that a few octets do not keep a whole chunk alive. */
  #collect(chunk: Buffer, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#part.length) {
      const grown = Buffer.allocUnsafe(Math.max(FIRST_ROOM, length, 2 * this.#part.length));
      this.#part.copy(grown, 0, 0, this.#length);
      this.#part = grown;
    }
    chunk.copy(this.#part, this.#length, from, to);
    this.#length = length;
  }
}

/** Octets of the frame that begins there, with its header. */
function lengthAt(octets: Buffer, at: number): number {
  const length = (octets[at]! << 16) | (octets[at + 1]! << 8) | octets[at + 2]!;
  if (length > FRAME_SIZE) throw new Http2Error('FRAME_SIZE_ERROR');
  return FRAME_HEADER + length;
}
