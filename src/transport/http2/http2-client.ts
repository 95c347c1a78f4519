/**
 * DNS over HTTPS to an upstream, by HTTP/2 (RFC 8484, RFC 9113): as much of a client as queries
 * need, without I/O. Queries go by POST; header fields are written without HPACK's dynamic table.
 */

import { now } from '../../clock.ts';
import { LONGEST } from '../doh-request.ts';
import type { DialectEvents, UpstreamDialect } from '../upstream-dialect.ts';
import { FlowControl, FRAME_SIZE, Inflow, type Outflow } from './flow-control.ts';
import { Flag, FRAME_HEADER, FrameType, Http2FrameWriter } from './frame-writer.ts';
import { HeaderDecoder } from './header-block.ts';
import { ErrorCode, Http2Error } from './http2-error.ts';
import { unpadded } from './padding.ts';
import { DohRequests } from './request-block.ts';
import { ResponseHeaders } from './response-headers.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

const Setting = { PUSH: 2, MAX_STREAMS: 3, WINDOW: 4, MAX_HEADERS: 6 } as const;

/** Octets of a header, and CONTINUATION frames that it may come in. */
const HEADERS_SIZE = 16_384;
const CONTINUATIONS = 8;
/** One octet more than the largest message has is enough for it to show. */
const STREAM_WINDOW = 81_920;
/** Requests at a time, before the server has said how many it takes and at most. */
const MAX_STREAMS = 100;
/** The last number that a stream should have (RFC 9113 section 5.1.1). */
const LAST_STREAM = 0x7fff_0000;
/** Milliseconds after which an answer is not waited for any longer. */
const GIVEN_UP_MS = 15_000;

/** A request that has not been answered. */
interface Asked extends Outflow {
  readonly id: number;
  readonly askedAt: number;
  headers: ResponseHeaders | undefined;
  body: Buffer[];
  length: number;
}

export class DohDialect implements UpstreamDialect {
  readonly #requests: DohRequests;
  readonly #out: Http2FrameWriter = new Http2FrameWriter();
  readonly #decoder: HeaderDecoder = new HeaderDecoder();
  readonly #flow: FlowControl = new FlowControl(this.#out);
  readonly #asked: Map<number, Asked> = new Map();
  /** Queries for which there is no stream yet. */
  readonly #waiting: Buffer[] = [];
  #buffer: Buffer = Buffer.alloc(0);
  #maxStreams = MAX_STREAMS;
  #next = 1;
  readonly #inflow: Inflow = new Inflow(this.#out);
  /** A header of which more is to come. */
  #open: { stream: number; flags: number; parts: Buffer[]; length: number } | undefined;
  /** The last stream that a server which is leaving answers. */
  #last = Number.POSITIVE_INFINITY;
  #isBroken = false;
  #on: DialectEvents = { answered() {}, failed() {} };

  constructor(server: { readonly name: string; readonly path: string }, port: number) {
    this.#requests = new DohRequests(server, port);
    this.#out.octets(PREFACE);
    this.#out.settings([
      [Setting.PUSH, 0],
      [Setting.WINDOW, STREAM_WINDOW],
      [Setting.MAX_HEADERS, HEADERS_SIZE],
    ]);
    this.#inflow.begin();
  }

  get isFull(): boolean {
    if (this.#last !== Number.POSITIVE_INFINITY || this.#next > LAST_STREAM) return true;
    return this.#isBroken || this.#asked.size >= this.#maxStreams;
  }

  /** A server that is leaving answers what it has begun with. */
  get isOver(): boolean {
    if (this.#isBroken) return true;
    if (this.#last === Number.POSITIVE_INFINITY) return false;
    for (const stream of this.#asked.keys()) if (stream <= this.#last) return false;
    return true;
  }

  ask(octets: Uint8Array, length: number): void {
    this.#giveUpOld();
    const query = Buffer.from(octets.subarray(0, length));
    if (this.isFull) this.#waiting.push(query);
    else this.#ask(query);
  }

  take(): Buffer | undefined {
    return this.#out.isEmpty ? undefined : this.#out.take();
  }

  push(chunk: Buffer, on: DialectEvents): void {
    if (this.#isBroken) return;
    this.#on = on;
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    try {
      this.#readFrames();
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.#out.numbers(FrameType.GOAWAY, 0, 0, error.code);
      this.#isBroken = true;
    }
    // A copy: whose chunk it is may use it again.
    this.#buffer = Buffer.from(this.#buffer);
    while (this.#waiting.length > 0 && !this.isFull) this.#ask(this.#waiting.shift()!);
  }

  #ask(query: Buffer): void {
    const stream = this.#next;
    this.#next += 2;
    const asked: Asked = {
      id: query.readUInt16BE(0),
      askedAt: now(),
      window: this.#flow.streamWindow,
      rest: query,
      headers: undefined,
      body: [],
      length: 0,
    };
    this.#asked.set(stream, asked);
    this.#out.frame(
      FrameType.HEADERS,
      Flag.END_HEADERS,
      stream,
      this.#requests.block(query.length),
    );
    if (this.#flow.send(stream, asked)) asked.rest = undefined;
  }

  #giveUpOld(): void {
    for (const [stream, { askedAt }] of this.#asked) {
      if (now() - askedAt < GIVEN_UP_MS) return;
      this.#reset(stream);
    }
  }

  #readFrames(): void {
    while (this.#buffer.length >= FRAME_HEADER) {
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
    else if (type === FrameType.RST_STREAM) this.#resetByServer(stream, payload);
    else if (type === FrameType.PING) this.#ping(stream, flags, payload);
    else if (type === FrameType.GOAWAY) this.#goAway(stream, payload);
    else if (type === FrameType.PUSH_PROMISE) throw new Http2Error('PROTOCOL_ERROR');
  }

  #headers(stream: number, flags: number, payload: Buffer): void {
    this.#check(stream);
    const part = unpadded(payload, flags, (flags & Flag.PRIORITY) === 0 ? 0 : 5);
    this.#open = { stream, flags, parts: [part], length: part.length };
    if ((flags & Flag.END_HEADERS) !== 0) this.#endHeaders();
  }

  #continuation(stream: number, flags: number, payload: Buffer): void {
    const open = this.#open;
    if (open === undefined || open.stream !== stream) throw new Http2Error('PROTOCOL_ERROR');
    // The chunk that the first part is in may be gone by now.
    open.parts = [...open.parts, payload].map((part) => Buffer.from(part));
    open.length += payload.length;
    if (open.length > HEADERS_SIZE || open.parts.length > CONTINUATIONS) {
      throw new Http2Error('ENHANCE_YOUR_CALM');
    }
    if ((flags & Flag.END_HEADERS) !== 0) this.#endHeaders();
  }

  /** Also of a stream that was given up: its header is part of what the table is made from. */
  #endHeaders(): void {
    const { stream, flags, parts } = this.#open!;
    this.#open = undefined;
    const headers = new ResponseHeaders();
    const block = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    if (!this.#decoder.decode(block, (field) => headers.add(field))) {
      throw new Http2Error('COMPRESSION_ERROR');
    }
    const asked = this.#asked.get(stream);
    if (asked === undefined) return;
    // Behind a body there may be more fields; before the answer, status 103 say.
    if (asked.headers === undefined && !headers.isInformational) asked.headers = headers;
    if ((flags & Flag.END_STREAM) !== 0) this.#answer(stream, asked, Buffer.concat(asked.body));
  }

  #data(stream: number, flags: number, payload: Buffer): void {
    this.#check(stream);
    this.#inflow.received(payload.length);
    const data = unpadded(payload, flags, 0);
    const asked = this.#asked.get(stream);
    if (asked === undefined) return;
    if (asked.headers === undefined) throw new Http2Error('PROTOCOL_ERROR');
    asked.length += data.length;
    const isLast = (flags & Flag.END_STREAM) !== 0;
    if (isLast && asked.body.length === 0) return this.#answer(stream, asked, data);
    if (asked.length > LONGEST) {
      this.#reset(stream);
      return this.#on.failed(asked.id, 'an HTTP body of more than 65535 octets');
    }
    asked.body.push(Buffer.from(data));
    if (isLast) this.#answer(stream, asked, Buffer.concat(asked.body));
  }

  #answer(stream: number, { id, headers, rest }: Asked, body: Buffer): void {
    // It has answered without having read the question.
    if (rest !== undefined) this.#reset(stream);
    this.#asked.delete(stream);
    const fault = headers === undefined ? 'no HTTP status' : headers.fault;
    if (fault !== undefined) return this.#on.failed(id, fault);
    if (body.length < 2 || body.readUInt16BE(0) !== id) {
      return this.#on.failed(id, 'an HTTP body that is no answer');
    }
    this.#on.answered(body);
  }

  #reset(stream: number): void {
    this.#asked.delete(stream);
    this.#out.numbers(FrameType.RST_STREAM, stream, ErrorCode.CANCEL);
  }

  #resetByServer(stream: number, payload: Buffer): void {
    if (payload.length !== 4) throw new Http2Error('FRAME_SIZE_ERROR');
    this.#check(stream);
    const asked = this.#asked.get(stream);
    if (asked === undefined) return;
    this.#asked.delete(stream);
    this.#on.failed(asked.id, `HTTP/2 stream reset, code ${payload.readUInt32BE(0)}`);
  }

  #settings(stream: number, flags: number, payload: Buffer): void {
    if (stream !== 0) throw new Http2Error('PROTOCOL_ERROR');
    const isAck = (flags & Flag.ACK) !== 0;
    if (payload.length % 6 !== 0 || (isAck && payload.length > 0)) {
      throw new Http2Error('FRAME_SIZE_ERROR');
    }
    if (isAck) return;
    for (let at = 0; at < payload.length; at += 6) {
      const [id, value] = [payload.readUInt16BE(at), payload.readUInt32BE(at + 2)];
      if (id === Setting.MAX_STREAMS) this.#maxStreams = Math.min(value, MAX_STREAMS);
      if (id === Setting.WINDOW) this.#flow.begin(value, this.#asked.values());
    }
    this.#out.frame(FrameType.SETTINGS, Flag.ACK, 0, payload.subarray(0, 0));
    this.#sendAll();
  }

  #windowUpdate(stream: number, payload: Buffer): void {
    if (payload.length !== 4) throw new Http2Error('FRAME_SIZE_ERROR');
    const asked = this.#asked.get(stream);
    if (stream > 0 && asked === undefined) return;
    this.#flow.update(payload, asked);
    this.#sendAll();
  }

  #ping(stream: number, flags: number, payload: Buffer): void {
    if (stream !== 0) throw new Http2Error('PROTOCOL_ERROR');
    if (payload.length !== 8) throw new Http2Error('FRAME_SIZE_ERROR');
    if ((flags & Flag.ACK) === 0) this.#out.frame(FrameType.PING, Flag.ACK, 0, payload);
  }

  #goAway(stream: number, payload: Buffer): void {
    if (stream !== 0) throw new Http2Error('PROTOCOL_ERROR');
    if (payload.length < 8) throw new Http2Error('FRAME_SIZE_ERROR');
    this.#last = Math.min(this.#last, payload.readUInt32BE(0) & 0x7fffffff);
  }

  #sendAll(): void {
    for (const [stream, asked] of this.#asked) {
      if (asked.rest !== undefined && this.#flow.send(stream, asked)) asked.rest = undefined;
    }
  }

  /** Only streams that were begun here are spoken on. */
  #check(stream: number): void {
    if (stream % 2 === 0 || stream >= this.#next) throw new Http2Error('PROTOCOL_ERROR');
  }
}
