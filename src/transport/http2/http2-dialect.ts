/**
 * DNS over HTTPS by HTTP/2 (RFC 8484, RFC 9113): as much of a server as queries need, without I/O.
 * Answers are written without HPACK's dynamic table, so that their order does not matter.
 */

import type { Dialect, OnQuery } from '../dialect.ts';
import { LONGEST, readQuery } from '../doh-request.ts';
import { FIRST_WINDOW, FlowControl, FRAME_SIZE, type Outflow } from './flow-control.ts';
import { Flag, FRAME_HEADER, FrameType, Http2FrameWriter } from './frame-writer.ts';
import { HeaderDecoder } from './header-block.ts';
import { ErrorCode, Http2Error } from './http2-error.ts';
import { unpadded } from './padding.ts';
import { RequestHeaders } from './request-headers.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

const Setting = { MAX_STREAMS: 3, WINDOW: 4, MAX_FRAME: 5, MAX_HEADERS: 6 } as const;

/** Octets of a request's header. */
const HEADERS_SIZE = 16_384;
/** CONTINUATION frames of one header. */
const CONTINUATIONS = 8;
/** Octets of a request that we take: one more than the largest message has, so that it shows. */
const STREAM_WINDOW = 81_920;
const CONNECTION_WINDOW = 1 << 20;
/** Requests that were taken back, of those that were not answered in between. */
const RESETS = 200;

/** A request, and its answer as far as that could not be sent yet. */
interface Stream extends Outflow {
  readonly headers: RequestHeaders;
  body: Buffer[];
  length: number;
  /** The whole request has come: what follows on it is none of ours. */
  isAsked: boolean;
}

export class Http2Dialect implements Dialect {
  isEnding = false;
  readonly #path: string;
  readonly #maxStreams: number;
  readonly #out: Http2FrameWriter = new Http2FrameWriter();
  readonly #decoder: HeaderDecoder = new HeaderDecoder();
  readonly #streams: Map<number, Stream> = new Map();
  readonly #flow: FlowControl = new FlowControl(this.#out);
  #buffer: Buffer = Buffer.alloc(0);
  #hasPreface = false;
  #lastStream = 0;
  /** A header of which more is to come. */
  #open: { stream: number; flags: number; parts: Buffer[]; length: number } | undefined;
  /** Octets that were received and not given back to the connection's window. */
  #received = 0;
  #resets = 0;
  #onQuery: OnQuery = () => {};

  constructor(path: string, maxStreams: number) {
    this.#path = path;
    this.#maxStreams = maxStreams;
    this.#out.settings([
      [Setting.MAX_STREAMS, maxStreams],
      [Setting.WINDOW, STREAM_WINDOW],
      [Setting.MAX_HEADERS, HEADERS_SIZE],
    ]);
    this.#out.numbers(FrameType.WINDOW_UPDATE, 0, CONNECTION_WINDOW - FIRST_WINDOW);
  }

  get hasOutput(): boolean {
    return !this.#out.isEmpty;
  }

  take(): Buffer {
    return this.#out.take();
  }

  push(chunk: Buffer, onQuery: OnQuery): void {
    if (this.isEnding) return;
    this.#onQuery = onQuery;
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    try {
      this.#readFrames();
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.#goAway(error.code);
    }
    // A copy, so that a few octets do not keep a whole chunk alive.
    this.#buffer = Buffer.from(this.#buffer);
  }

  reply(exchange: number, octets: Uint8Array, length: number, maxAge: number): void {
    const stream = this.#streams.get(exchange);
    if (stream === undefined) return;
    this.#resets = 0;
    const isHead = stream.headers.method === 'HEAD';
    this.#out.answer(exchange, length, maxAge, isHead);
    if (isHead) this.#streams.delete(exchange);
    else {
      // Sent at once, or as the client takes it.
      stream.rest = Buffer.from(octets.subarray(0, length));
      if (this.#flow.send(exchange, stream)) this.#streams.delete(exchange);
    }
  }

  /** A message of several has no place in HTTP: transfers are not taken. */
  more(): void {}

  drop(exchange: number): void {
    if (!this.#streams.delete(exchange)) return;
    this.#reset(exchange, ErrorCode.CANCEL);
  }

  leave(): void {
    if (!this.isEnding) this.#goAway(ErrorCode.NO_ERROR);
  }

  /** What was asked up to here is answered, anything else can be asked elsewhere. */
  #goAway(code: number): void {
    this.#out.numbers(FrameType.GOAWAY, 0, this.#lastStream, code);
    this.isEnding = true;
  }

  #readFrames(): void {
    if (!this.#hasPreface) {
      const start = this.#buffer.subarray(0, PREFACE.length);
      if (!start.equals(PREFACE.subarray(0, start.length))) throw new Http2Error('PROTOCOL_ERROR');
      if (start.length < PREFACE.length) return;
      this.#hasPreface = true;
      this.#buffer = this.#buffer.subarray(PREFACE.length);
    }
    while (this.#buffer.length >= FRAME_HEADER && !this.isEnding) {
      const length = this.#buffer.readUIntBE(0, 3);
      if (length > FRAME_SIZE) throw new Http2Error('FRAME_SIZE_ERROR');
      const end = FRAME_HEADER + length;
      if (this.#buffer.length < end) return;
      const [type, flags] = [this.#buffer[3]!, this.#buffer[4]!];
      const stream = this.#buffer.readUInt32BE(5) & 0x7fffffff;
      const payload = this.#buffer.subarray(FRAME_HEADER, end);
      this.#buffer = this.#buffer.subarray(end);
      this.#frame(type, flags, stream, payload);
    }
  }

  #frame(type: number, flags: number, stream: number, payload: Buffer): void {
    if (this.#open !== undefined && type !== FrameType.CONTINUATION) {
      throw new Http2Error('PROTOCOL_ERROR');
    }
    if (type === FrameType.DATA) this.#data(stream, flags, payload);
    else if (type === FrameType.HEADERS) this.#headers(stream, flags, payload);
    else if (type === FrameType.CONTINUATION) this.#continuation(stream, flags, payload);
    else if (type === FrameType.SETTINGS) this.#settings(stream, flags, payload);
    else if (type === FrameType.WINDOW_UPDATE) this.#windowUpdate(stream, payload);
    else if (type === FrameType.RST_STREAM) this.#resetByClient(stream, payload);
    else if (type === FrameType.PING) this.#ping(stream, flags, payload);
    else if (type === FrameType.PUSH_PROMISE) throw new Http2Error('PROTOCOL_ERROR');
  }

  #data(id: number, flags: number, payload: Buffer): void {
    if (id === 0 || id > this.#lastStream) throw new Http2Error('PROTOCOL_ERROR');
    this.#giveBack(payload.length);
    const data = unpadded(payload, flags, 0);
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (stream.isAsked) throw new Http2Error('STREAM_CLOSED');
    stream.body.push(Buffer.from(data));
    stream.length += data.length;
    if (stream.length > LONGEST) this.#refuse(id, 413, (flags & Flag.END_STREAM) !== 0);
    else if ((flags & Flag.END_STREAM) !== 0) this.#ask(id, stream);
  }

  /** Lets the client send as much again, on the connection. */
  #giveBack(length: number): void {
    this.#received += length;
    if (this.#received < CONNECTION_WINDOW / 2) return;
    this.#out.numbers(FrameType.WINDOW_UPDATE, 0, this.#received);
    this.#received = 0;
  }

  #headers(stream: number, flags: number, payload: Buffer): void {
    if (stream % 2 === 0) throw new Http2Error('PROTOCOL_ERROR');
    const priority = (flags & Flag.PRIORITY) === 0 ? 0 : 5;
    const part = unpadded(payload, flags, priority);
    this.#open = { stream, flags, parts: [part], length: part.length };
    if ((flags & Flag.END_HEADERS) !== 0) this.#endHeaders();
  }

  #continuation(stream: number, flags: number, payload: Buffer): void {
    const open = this.#open;
    if (open === undefined || open.stream !== stream) throw new Http2Error('PROTOCOL_ERROR');
    open.parts.push(Buffer.from(payload));
    open.length += payload.length;
    if (open.length > HEADERS_SIZE || open.parts.length > CONTINUATIONS) {
      throw new Http2Error('ENHANCE_YOUR_CALM');
    }
    if ((flags & Flag.END_HEADERS) !== 0) this.#endHeaders();
  }

  #endHeaders(): void {
    const { stream: id, flags, parts } = this.#open!;
    this.#open = undefined;
    const headers = new RequestHeaders();
    const block = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    if (!this.#decoder.decode(block, (field) => headers.add(field))) {
      throw new Http2Error('COMPRESSION_ERROR');
    }
    const endsStream = (flags & Flag.END_STREAM) !== 0;
    if (id <= this.#lastStream) return this.#trailers(id, endsStream);
    this.#lastStream = id;
    headers.finish();
    if (this.#streams.size >= this.#maxStreams) return this.#reset(id, ErrorCode.REFUSED_STREAM);
    if (headers.isMalformed) return this.#reset(id, ErrorCode.PROTOCOL_ERROR);
    const window = this.#flow.streamWindow;
    const stream = { headers, window, body: [], length: 0, isAsked: false, rest: undefined };
    this.#streams.set(id, stream);
    if (headers.size > HEADERS_SIZE) this.#refuse(id, 431, endsStream);
    else if ((headers.contentLength ?? 0) > LONGEST) this.#refuse(id, 413, endsStream);
    else if (endsStream) this.#ask(id, stream);
  }

  /** Fields behind a body say nothing that we would want to know. */
  #trailers(id: number, endsStream: boolean): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (stream.isAsked || !endsStream) throw new Http2Error('PROTOCOL_ERROR');
    this.#ask(id, stream);
  }

  #ask(id: number, stream: Stream): void {
    const { headers, body, length } = stream;
    stream.isAsked = true;
    stream.body = [];
    if (headers.contentLength !== undefined && headers.contentLength !== length) {
      this.#streams.delete(id);
      return this.#reset(id, ErrorCode.PROTOCOL_ERROR);
    }
    const query = readQuery(this.#path, headers, Buffer.concat(body));
    if (typeof query === 'number') this.#refuse(id, query, true);
    else this.#onQuery(query, id);
  }

  /** A status in place of an answer; what of the request is yet to come is not wanted. */
  #refuse(id: number, status: number, isWhole: boolean): void {
    this.#streams.delete(id);
    this.#out.status(id, status);
    if (!isWhole) this.#reset(id, ErrorCode.NO_ERROR);
  }

  #reset(id: number, code: number): void {
    this.#out.numbers(FrameType.RST_STREAM, id, code);
  }

  #resetByClient(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new Http2Error('FRAME_SIZE_ERROR');
    if (id === 0 || id > this.#lastStream) throw new Http2Error('PROTOCOL_ERROR');
    if (!this.#streams.delete(id)) return;
    // CVE-2023-44487: to ask and take it back at once would cost the client nothing.
    if (++this.#resets > RESETS) throw new Http2Error('ENHANCE_YOUR_CALM');
  }

  #settings(stream: number, flags: number, payload: Buffer): void {
    if (stream !== 0) throw new Http2Error('PROTOCOL_ERROR');
    const isAck = (flags & Flag.ACK) !== 0;
    if (payload.length % 6 !== 0 || (isAck && payload.length > 0)) {
      throw new Http2Error('FRAME_SIZE_ERROR');
    }
    if (isAck) return;
    for (let at = 0; at < payload.length; at += 6) {
      this.#setting(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    }
    this.#out.frame(FrameType.SETTINGS, Flag.ACK, 0, payload.subarray(0, 0));
    this.#sendAll();
  }

  #setting(id: number, value: number): void {
    if (id === Setting.MAX_FRAME && (value < FRAME_SIZE || value > 0xffffff)) {
      throw new Http2Error('PROTOCOL_ERROR');
    }
    if (id === Setting.WINDOW) this.#flow.begin(value, this.#streams.values());
  }

  #windowUpdate(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new Http2Error('FRAME_SIZE_ERROR');
    if (id > this.#lastStream) throw new Http2Error('PROTOCOL_ERROR');
    const stream = this.#streams.get(id);
    if (id > 0 && stream === undefined) return;
    this.#flow.update(payload, stream);
    this.#sendAll();
  }

  #ping(stream: number, flags: number, payload: Buffer): void {
    if (stream !== 0) throw new Http2Error('PROTOCOL_ERROR');
    if (payload.length !== 8) throw new Http2Error('FRAME_SIZE_ERROR');
    if ((flags & Flag.ACK) === 0) this.#out.frame(FrameType.PING, Flag.ACK, 0, payload);
  }

  #sendAll(): void {
    for (const [id, stream] of this.#streams) {
      if (stream.rest !== undefined && this.#flow.send(id, stream)) this.#streams.delete(id);
    }
  }
}
