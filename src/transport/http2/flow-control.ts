/** Answers go out as fast as the client takes them (RFC 9113 section 5.2). */

import { Flag, FrameType, type Http2FrameWriter } from './frame-writer.ts';
import { Http2Error } from './http2-error.ts';

/** What every client takes at first, of a stream and of all together; and the most there is. */
export const FIRST_WINDOW = 65_535;
const MAX_WINDOW = 0x7fffffff;

/** Octets of a frame's payload that everybody takes. */
export const FRAME_SIZE = 16_384;

/** What of a stream counts. */
export interface Outflow {
  /** Octets that the client takes at the moment: below 0 when it has changed its mind. */
  window: number;
  /** What could not be sent yet. */
  rest: Buffer | undefined;
}

export class FlowControl {
  readonly #out: Http2FrameWriter;
  #connection = FIRST_WINDOW;
  /** What a new stream begins with. */
  streamWindow = FIRST_WINDOW;

  constructor(out: Http2FrameWriter) {
    this.#out = out;
  }

  /** Section 6.9.2: it counts for streams that are open too. */
  begin(window: number, streams: Iterable<Outflow>): void {
    if (window > MAX_WINDOW) throw new Http2Error('FLOW_CONTROL_ERROR');
    for (const stream of streams) widen(stream, window - this.streamWindow);
    this.streamWindow = window;
  }

  /** The client takes more: of a stream, or without one of all together. */
  update(payload: Buffer, stream: Outflow | undefined): void {
    const by = payload.readUInt32BE(0) & MAX_WINDOW;
    if (by === 0) throw new Http2Error('PROTOCOL_ERROR');
    if (stream !== undefined) return widen(stream, by);
    this.#connection += by;
    if (this.#connection > MAX_WINDOW) throw new Http2Error('FLOW_CONTROL_ERROR');
  }

  /** Whether all of an answer may be sent at once, in one frame: then it is counted. */
  take(stream: Outflow, length: number): boolean {
    if (length > FRAME_SIZE || length > this.#connection || length > stream.window) return false;
    this.#connection -= length;
    stream.window -= length;
    return true;
  }

  /** Sends of a stream's answer what the client takes; true when that is all. */
  send(id: number, stream: Outflow): boolean {
    let rest = stream.rest!;
    for (;;) {
      const length = Math.min(rest.length, FRAME_SIZE, this.#connection, stream.window);
      if (length <= 0) break;
      this.#connection -= length;
      stream.window -= length;
      const isLast = length === rest.length;
      this.#out.frame(FrameType.DATA, isLast ? Flag.END_STREAM : 0, id, rest.subarray(0, length));
      if (isLast) return true;
      rest = rest.subarray(length);
    }
    stream.rest = rest;
    return false;
  }
}

function widen(stream: Outflow, by: number): void {
  stream.window += by;
  if (stream.window > MAX_WINDOW) throw new Http2Error('FLOW_CONTROL_ERROR');
}
