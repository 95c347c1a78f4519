/** Frames one behind the other (RFC 9113 section 4.1). */

import { METHODS } from '../doh-request.ts';
import { httpDate } from '../http-date.ts';
import { answerFields, type Field, fieldOf, numberField } from './answer-fields.ts';

export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

export const Flag = { ACK: 1, END_STREAM: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 32 } as const;

export const FRAME_HEADER = 9;

const INITIAL = 2048;
/** Octets up to which a loop copies as fast. */
const SHORT = 128;
const NOTHING: Buffer = Buffer.alloc(0);

export class Http2FrameWriter {
  #buffer: Buffer = NOTHING;
  #length = 0;
  /** Fields of the last answer, which those that are sent with it share if they may be kept as long. */
  #fields: Field = NOTHING;
  #maxAge = Number.NaN;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = NOTHING;
    this.#length = 0;
    this.#maxAge = Number.NaN;
    return taken;
  }

  /** Octets that are no frame. */
  octets(octets: Uint8Array): void {
    this.#room(octets.length);
    this.#buffer.set(octets, this.#length);
    this.#length += octets.length;
  }

  frame(type: number, flags: number, stream: number, payload: Uint8Array): void {
    this.#begin(type, flags, stream, payload.length);
    this.#append(payload, payload.length);
  }

  /** A frame with numbers of four octets. */
  numbers(type: number, stream: number, ...values: readonly number[]): void {
    this.#begin(type, 0, stream, 4 * values.length);
    for (const value of values) this.#length = this.#buffer.writeUInt32BE(value, this.#length);
  }

  settings(settings: readonly (readonly [number, number])[]): void {
    this.#begin(FrameType.SETTINGS, 0, 0, 6 * settings.length);
    for (const [id, value] of settings) {
      this.#length = this.#buffer.writeUInt16BE(id, this.#length);
      this.#length = this.#buffer.writeUInt32BE(value, this.#length);
    }
  }

  /** The header of an answer with so many octets. */
  answer(stream: number, contentLength: number, maxAge: number, endsStream: boolean): void {
    if (maxAge !== this.#maxAge) {
      this.#fields = answerFields(maxAge);
      this.#maxAge = maxAge;
    }
    const fields = this.#fields;
    const length = numberField(contentLength);
    const flags = Flag.END_HEADERS | (endsStream ? Flag.END_STREAM : 0);
    this.#begin(FrameType.HEADERS, flags, stream, fields.length + length.length);
    this.#append(fields, fields.length);
    this.#append(length, length.length);
  }

  /** A whole answer. */
  data(stream: number, octets: Uint8Array, length: number): void {
    this.#begin(FrameType.DATA, Flag.END_STREAM, stream, length);
    this.#append(octets, length);
  }

  /** A status and nothing else. */
  status(stream: number, status: number): void {
    const fields: Field[] = [
      fieldOf('status', String(status)),
      fieldOf('content-length', '0'),
      fieldOf('date', httpDate()),
    ];
    if (status === 405) fields.push(fieldOf('allow', METHODS));
    this.frame(
      FrameType.HEADERS,
      Flag.END_HEADERS | Flag.END_STREAM,
      stream,
      Buffer.concat(fields),
    );
  }

  #append(octets: Uint8Array, length: number): void {
    const buffer = this.#buffer;
    const at = this.#length;
    if (length > SHORT)
      buffer.set(length === octets.length ? octets : octets.subarray(0, length), at);
    else for (let i = 0; i < length; i++) buffer[at + i] = octets[i]!;
    this.#length = at + length;
  }

  /** Makes room for a frame, and begins it. */
  #begin(type: number, flags: number, stream: number, length: number): void {
    this.#room(FRAME_HEADER + length);
    const buffer = this.#buffer;
    const at = this.#length;
    buffer[at] = length >> 16;
    buffer[at + 1] = length >> 8;
    buffer[at + 2] = length;
    buffer[at + 3] = type;
    buffer[at + 4] = flags;
    buffer[at + 5] = stream >>> 24;
    buffer[at + 6] = stream >> 16;
    buffer[at + 7] = stream >> 8;
    buffer[at + 8] = stream;
    this.#length = at + FRAME_HEADER;
  }

  #room(more: number): void {
    const length = this.#length + more;
    if (length <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(INITIAL, length, 2 * this.#buffer.length));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}
