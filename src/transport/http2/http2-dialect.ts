/**
 * DNS over HTTPS by HTTP/2 (RFC 8484, RFC 9113): as much of a server as queries need, without I/O.
 * Answers are written without HPACK's dynamic table, so that their order does not matter.
 */

import type { Dialect, OnQuery } from '../dialect.ts';
import { type DohSite, LONGEST, readQuery } from '../doh-request.ts';
import { faultOfStatus, type HttpFaults } from '../http-fault.ts';
import { FIRST_WINDOW, FlowControl, FRAME_SIZE } from './flow-control.ts';
import { type FrameEvents, Http2FrameReader } from './frame-reader.ts';
import { Flag, FRAME_HEADER, FrameType, Http2FrameWriter } from './frame-writer.ts';
import { ErrorCode, Http2Error } from './http2-error.ts';
import { unpadded } from './padding.ts';
import { RequestDecoder } from './request-decoder.ts';
import { RequestStream } from './request-stream.ts';

const Setting = { MAX_STREAMS: 3, WINDOW: 4, MAX_FRAME: 5, MAX_HEADERS: 6 } as const;

/** Octets of a request's header. */
const HEADERS_SIZE = 16_384;
/** CONTINUATION frames of one header. */
const CONTINUATIONS = 8;
/** Octets of a request that we take: one more than the largest message has, so that it shows. */
const STREAM_WINDOW = 81_920;
const CONNECTION_WINDOW = 1 << 18;
/** What divides a header from its frame. */
const PARTED = Flag.END_HEADERS | Flag.PADDED | Flag.PRIORITY;
const NO_BODY: Buffer = Buffer.alloc(0);
/** Requests that were taken back, of those that were not answered in between. */
const RESETS = 200;

export class Http2Dialect implements Dialect, FrameEvents {
  isEnding = false;
  readonly #site: DohSite;
  readonly #faults: HttpFaults;
  readonly #maxStreams: number;
  readonly #out: Http2FrameWriter = new Http2FrameWriter();
  readonly #reader: Http2FrameReader = new Http2FrameReader();
  readonly #requests: RequestDecoder;
  readonly #streams: Map<number, RequestStream> = new Map();
  readonly #flow: FlowControl = new FlowControl(this.#out);
  #lastStream = 0;
  /** A header of which more is to come. */
  #open: { stream: number; flags: number; parts: Buffer[]; length: number } | undefined;
  /** Octets that are to be given back to the connection's window. */
  #spare = 0;
  #resets = 0;
  #onQuery: OnQuery = () => {};

  constructor(site: DohSite, maxStreams: number, faults: HttpFaults) {
    this.#site = site;
    this.#requests = new RequestDecoder(site.path);
    this.#faults = faults;
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
    try {
      this.#reader.push(chunk, this);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.#faults.add(error.code === ErrorCode.ENHANCE_YOUR_CALM ? 'flood' : 'protocol');
      this.#goAway(error.code);
    }
  }

  reply(exchange: number, octets: Uint8Array, length: number, maxAge: number): void {
    const stream = this.#streams.get(exchange);
    if (stream === undefined) return;
    this.#resets = 0;
    const isHead = stream.headers.method === 'HEAD';
    this.#out.answer(exchange, length, maxAge, isHead);
    if (isHead) this.#streams.delete(exchange);
    else if (this.#flow.take(stream, length)) {
      this.#out.data(exchange, octets, length);
      this.#streams.delete(exchange);
    } else {
      // Sent as the client takes it.
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

  /** Called by the reader. */
  frame(octets: Buffer, start: number, end: number): void {
    const type = octets[start + 3]!;
    const flags = octets[start + 4]!;
    const stream = octets.readUInt32BE(start + 5) & 0x7fffffff;
    if (this.#open !== undefined && type !== FrameType.CONTINUATION) {
      throw new Http2Error('PROTOCOL_ERROR');
    }
    const isPlain = type === FrameType.HEADERS && (flags & PARTED) === Flag.END_HEADERS;
    const at = start + FRAME_HEADER;
    if (isPlain && stream % 2 === 1) return this.#begin(stream, flags, octets, [at, end]);
    const payload = octets.subarray(at, end);
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
    const data = unpadded(payload, flags, 0);
    const stream = this.#streams.get(id);
    this.#giveBack(payload.length - (stream === undefined ? 0 : data.length));
    if (stream === undefined) return;
    if (stream.isAsked) throw new Http2Error('STREAM_CLOSED');
    const isWhole = (flags & Flag.END_STREAM) !== 0;
    if (isWhole && stream.length === 0) {
      stream.length = data.length;
      return this.#ask(id, stream, data);
    }
    stream.add(data);
    if (stream.length > LONGEST) this.#refuse(id, 413, isWhole);
    else if (isWhole) this.#ask(id, stream, stream.take());
  }

  /**
   * Lets the client send as much again, on the connection. What is kept for a request that is not
   * whole is not given back: all bodies together take no more memory than that.
   */
  #giveBack(length: number): void {
    this.#spare += length;
    if (this.#spare < CONNECTION_WINDOW / 4) return;
    this.#out.numbers(FrameType.WINDOW_UPDATE, 0, this.#spare);
    this.#spare = 0;
  }

  #headers(stream: number, flags: number, payload: Buffer): void {
    if (stream % 2 === 0) throw new Http2Error('PROTOCOL_ERROR');
    const priority = (flags & Flag.PRIORITY) === 0 ? 0 : 5;
    const part = unpadded(payload, flags, priority);
    if ((flags & Flag.END_HEADERS) !== 0) this.#begin(stream, flags, part, [0, part.length]);
    else this.#open = { stream, flags, parts: [Buffer.from(part)], length: part.length };
  }

  #continuation(stream: number, flags: number, payload: Buffer): void {
    const open = this.#open;
    if (open === undefined || open.stream !== stream) throw new Http2Error('PROTOCOL_ERROR');
    open.parts.push(Buffer.from(payload));
    open.length += payload.length;
    if (open.length > HEADERS_SIZE || open.parts.length > CONTINUATIONS) {
      throw new Http2Error('ENHANCE_YOUR_CALM');
    }
    if ((flags & Flag.END_HEADERS) === 0) return;
    this.#open = undefined;
    this.#begin(stream, open.flags, Buffer.concat(open.parts), [0, open.length]);
  }

  /** A request begins, or ends with its trailers. */
  #begin(id: number, flags: number, octets: Buffer, [start, end]: [number, number]): void {
    const isWhole = (flags & Flag.END_STREAM) !== 0;
    const headers = this.#requests.decode(octets, start, end, isWhole);
    if (id <= this.#lastStream) return this.#trailers(id, isWhole);
    this.#lastStream = id;
    if (this.#streams.size >= this.#maxStreams) {
      this.#faults.add('flood');
      return this.#reset(id, ErrorCode.REFUSED_STREAM);
    }
    if (headers.isMalformed) return this.#malformed(id);
    const stream = new RequestStream(headers, this.#flow.streamWindow);
    this.#streams.set(id, stream);
    if (headers.size > HEADERS_SIZE) this.#refuse(id, 431, isWhole);
    else if ((headers.contentLength ?? 0) > LONGEST) this.#refuse(id, 413, isWhole);
    else if (isWhole) this.#ask(id, stream, NO_BODY);
  }

  /** Fields behind a body say nothing that we would want to know. */
  #trailers(id: number, endsStream: boolean): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (stream.isAsked || !endsStream) throw new Http2Error('PROTOCOL_ERROR');
    this.#ask(id, stream, stream.take());
  }

  #ask(id: number, stream: RequestStream, body: Buffer): void {
    const { headers, length } = stream;
    stream.isAsked = true;
    this.#giveBack(length);
    if (headers.contentLength !== undefined && headers.contentLength !== length) {
      this.#streams.delete(id);
      return this.#malformed(id);
    }
    const query = readQuery(this.#site, headers, body);
    if (typeof query === 'number') this.#refuse(id, query, true);
    else this.#onQuery(query, id, headers.client);
  }

  #malformed(id: number): void {
    this.#faults.add('protocol');
    this.#reset(id, ErrorCode.PROTOCOL_ERROR);
  }

  /** A status in place of an answer; what of the request is yet to come is not wanted. */
  #refuse(id: number, status: number, isWhole: boolean): void {
    this.#faults.add(faultOfStatus(status));
    this.#forget(id);
    this.#out.status(id, status);
    if (!isWhole) this.#reset(id, ErrorCode.NO_ERROR);
  }

  /** Returns whether there was such a request; what was kept of its body is given back. */
  #forget(id: number): boolean {
    const stream = this.#streams.get(id);
    if (stream !== undefined && !stream.isAsked) this.#giveBack(stream.length);
    return this.#streams.delete(id);
  }

  #reset(id: number, code: number): void {
    this.#out.numbers(FrameType.RST_STREAM, id, code);
  }

  #resetByClient(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new Http2Error('FRAME_SIZE_ERROR');
    if (id === 0 || id > this.#lastStream) throw new Http2Error('PROTOCOL_ERROR');
    if (!this.#forget(id)) return;
    // CVE-2023-44487: to ask and take it back at once would cost the client nothing.
    if (++this.#resets > RESETS) throw new Http2Error('ENHANCE_YOUR_CALM');
  }

  #settings(stream: number, flags: number, payload: Buffer): void {
    if (stream !== 0) throw new Http2Error('PROTOCOL_ERROR');
    const isAck = (flags & Flag.ACK) !== 0;
    const isWhole = isAck ? payload.length === 0 : payload.length % 6 === 0;
    if (!isWhole) throw new Http2Error('FRAME_SIZE_ERROR');
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
