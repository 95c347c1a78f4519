/** Frames one behind the other (RFC 9113 section 4.1). */

import { cacheControl, DNS_MESSAGE, METHODS } from '../doh-request.ts';
import { httpDate } from '../http-date.ts';

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

/** Fields without an index, with the number of their name in HPACK's static table. */
const STATUS = 8;
const ALLOW = 22;
const CACHE_CONTROL = 24;
const CONTENT_LENGTH = 28;
const CONTENT_TYPE = 31;
const DATE = 33;
/** Statuses that have a number themselves. */
const INDEXED_STATUS: Readonly<Record<number, number>> = { 200: 0x88, 400: 0x8c, 404: 0x8d };

const INITIAL = 1024;

export class Http2FrameWriter {
  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.alloc(0);
    this.#length = 0;
    return taken;
  }

  frame(type: number, flags: number, stream: number, payload: Uint8Array): void {
    this.#begin(type, flags, stream, payload.length);
    this.#buffer.set(payload, this.#length);
    this.#length += payload.length;
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
    const start = this.#beginHeaders(stream, endsStream);
    this.#octet(INDEXED_STATUS[200]!);
    this.#field(CONTENT_TYPE, DNS_MESSAGE);
    this.#field(CONTENT_LENGTH, String(contentLength));
    this.#field(CACHE_CONTROL, cacheControl(maxAge));
    this.#field(DATE, httpDate());
    this.#endHeaders(start);
  }

  /** A status and nothing else. */
  status(stream: number, status: number): void {
    const start = this.#beginHeaders(stream, true);
    const indexed = INDEXED_STATUS[status];
    if (indexed === undefined) this.#field(STATUS, String(status));
    else this.#octet(indexed);
    this.#field(CONTENT_LENGTH, '0');
    this.#field(DATE, httpDate());
    if (status === 405) this.#field(ALLOW, METHODS);
    this.#endHeaders(start);
  }

  #beginHeaders(stream: number, endsStream: boolean): number {
    const flags = Flag.END_HEADERS | (endsStream ? Flag.END_STREAM : 0);
    const start = this.#length;
    this.#begin(FrameType.HEADERS, flags, stream, 0);
    return start;
  }

  #endHeaders(start: number): void {
    this.#buffer.writeUIntBE(this.#length - start - FRAME_HEADER, start, 3);
  }

  /** A literal that goes into no table (RFC 7541 section 6.2.2). */
  #field(name: number, value: string): void {
    this.#room(3 + value.length);
    if (name < 0x0f) this.#octet(name);
    else {
      this.#octet(0x0f);
      this.#octet(name - 0x0f);
    }
    this.#octet(value.length);
    this.#length += this.#buffer.write(value, this.#length, 'latin1');
  }

  #octet(value: number): void {
    this.#room(1);
    this.#buffer[this.#length++] = value;
  }

  #begin(type: number, flags: number, stream: number, length: number): void {
    this.#room(FRAME_HEADER + length);
    const at = this.#length;
    this.#buffer.writeUIntBE(length, at, 3);
    this.#buffer[at + 3] = type;
    this.#buffer[at + 4] = flags;
    this.#buffer.writeUInt32BE(stream, at + 5);
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
