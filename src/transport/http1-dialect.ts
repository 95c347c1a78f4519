/** DNS over HTTPS by HTTP/1.1 (RFC 8484, RFC 9112): answers go out in the order of the requests. */

import type { Dialect, OnQuery } from './dialect.ts';
import { cacheControl, DNS_MESSAGE, LONGEST, METHODS, readQuery } from './doh-request.ts';
import { httpDate } from './http-date.ts';
import { faultOfStatus, type HttpFaults } from './http-fault.ts';
import { type Http1Head, readHead } from './http1-head.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
/** Octets of a request's head. */
const HEAD_SIZE = 16_384;

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
};

/** A request whose turn to be answered comes. */
interface Turn {
  readonly exchange: number;
  readonly head: Http1Head | undefined;
  answer: Buffer | undefined;
  /** Nothing is sent behind it. */
  closes: boolean;
}

export class Http1Dialect implements Dialect {
  isEnding = false;
  readonly #path: string;
  readonly #faults: HttpFaults;
  #buffer: Buffer = Buffer.alloc(0);
  #head: Http1Head | undefined;
  #turns: Turn[] = [];
  #count = 0;
  #out: Buffer[] = [];

  constructor(path: string, faults: HttpFaults) {
    this.#path = path;
    this.#faults = faults;
  }

  get hasOutput(): boolean {
    return this.#out.length > 0;
  }

  take(): Buffer {
    const taken = Buffer.concat(this.#out);
    this.#out = [];
    return taken;
  }

  push(chunk: Buffer, onQuery: OnQuery): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    while (!this.isEnding && this.#readRequest(onQuery));
    // A copy, so that a few octets do not keep a whole chunk alive.
    this.#buffer = this.isEnding ? Buffer.alloc(0) : Buffer.from(this.#buffer);
  }

  reply(exchange: number, octets: Uint8Array, length: number, maxAge: number): void {
    const turn = this.#turns.find((one) => one.exchange === exchange);
    if (turn === undefined) return;
    const fields = [
      `Content-Type: ${DNS_MESSAGE}`,
      `Content-Length: ${length}`,
      `Cache-Control: ${cacheControl(maxAge)}`,
    ];
    const head = headOf(200, fields, turn.closes);
    const body = turn.head?.method === 'HEAD' ? [] : [octets.subarray(0, length)];
    turn.answer = Buffer.concat([head, ...body]);
    this.#send();
  }

  /** A message of several has no place in HTTP: transfers are not taken. */
  more(): void {}

  leave(): void {}

  /** There is no answer to take its place: the connection is over when its turn comes. */
  drop(exchange: number): void {
    const turn = this.#turns.find((one) => one.exchange === exchange);
    if (turn === undefined) return;
    turn.answer = Buffer.alloc(0);
    turn.closes = true;
    this.#send();
  }

  /** Reads the next request; false when it is not whole. */
  #readRequest(onQuery: OnQuery): boolean {
    this.#head ??= this.#readHead();
    const head = this.#head;
    if (head === undefined || this.#buffer.length < head.contentLength) return false;
    const body = this.#buffer.subarray(0, head.contentLength);
    this.#buffer = this.#buffer.subarray(head.contentLength);
    this.#head = undefined;
    const query = readQuery(this.#path, head, body);
    if (typeof query === 'number') {
      this.#refuse(query, head);
      return true;
    }
    const exchange = ++this.#count;
    this.#turns.push({ exchange, head, answer: undefined, closes: head.closes });
    if (head.closes) this.isEnding = true;
    onQuery(query, exchange);
    return true;
  }

  #readHead(): Http1Head | undefined {
    // Empty lines before a request are passed over (RFC 9112 section 2.2).
    while (this.#buffer[0] === 13 && this.#buffer[1] === 10)
      this.#buffer = this.#buffer.subarray(2);
    const end = this.#buffer.subarray(0, HEAD_SIZE).indexOf(HEAD_END);
    if (end < 0) {
      if (this.#buffer.length >= HEAD_SIZE) this.#refuse(431);
      return undefined;
    }
    const head = readHead(this.#buffer.toString('latin1', 0, end).split('\r\n'));
    this.#buffer = this.#buffer.subarray(end + HEAD_END.length);
    if (typeof head === 'number') this.#refuse(head);
    else if (head.contentLength > LONGEST) this.#refuse(413);
    else {
      const isTurn = this.#turns.length === 0;
      if (head.waits && isTurn) this.#out.push(Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'));
      return head;
    }
    return undefined;
  }

  /** Without a head it is not known where the next request begins. */
  #refuse(status: number, head?: Http1Head): void {
    this.#faults.add(faultOfStatus(status));
    const closes = head?.closes ?? true;
    if (closes) this.isEnding = true;
    const fields = ['Content-Length: 0', ...(status === 405 ? [`Allow: ${METHODS}`] : [])];
    const answer = headOf(status, fields, closes);
    this.#turns.push({ exchange: ++this.#count, head, answer, closes });
    this.#send();
  }

  /** Whoever has an answer, as far as all before him have. */
  #send(): void {
    while (this.#turns[0]?.answer !== undefined) {
      const { answer, closes } = this.#turns.shift()!;
      this.#out.push(answer!);
      if (!closes) continue;
      this.isEnding = true;
      this.#turns = [];
    }
  }
}

function headOf(status: number, fields: readonly string[], closes: boolean): Buffer {
  const lines = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? ''}`,
    `Date: ${httpDate()}`,
    ...fields,
    ...(closes ? ['Connection: close'] : []),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
