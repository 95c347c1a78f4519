/** One POST over a connection that is there: by HTTP/2, or HTTP/1.1, as the handshake has settled. */

import type { TLSSocket } from 'node:tls';
import { HUNG_UP, SECURED, STREAM_RESET } from './reply.ts';

/** TLS is spoken, and HTTP is not. */
export const NO_HTTP = 'TLS, but no HTTP';
/** Octets of a DNS message, and of any other answer that is read. */
const LONGEST = 0xffff;

export interface HttpTarget {
  /** With the port, where it is not that of HTTPS. */
  readonly host: string;
  readonly path: string;
  /** The media type of the body, and of the answer that is wanted. */
  readonly type: string;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Its media type; empty without one. */
  readonly type: string;
  /** Where a redirection leads. */
  readonly location: string | undefined;
  readonly body: Buffer;
}

/** The answer; a text is why there is none. */
export function postByHttp(
  socket: TLSSocket,
  target: HttpTarget,
  body: Buffer,
): Promise<HttpAnswer | string> {
  const { timeoutMs } = target;
  return new Promise<HttpAnswer | string>((resolve) => {
    const timer = setTimeout(() => resolve(SECURED), timeoutMs);
    const end = (answer: HttpAnswer | string) => {
      clearTimeout(timer);
      resolve(answer);
    };
    if (socket.alpnProtocol === 'h2') postByHttp2(socket, target, body, end);
    else postByHttp1(socket, target, body, end);
  });
}

type End = (answer: HttpAnswer | string) => void;

function postByHttp2(
  socket: TLSSocket,
  { host, path, type }: HttpTarget,
  body: Buffer,
  end: End,
): void {
  const { connect } = process.getBuiltinModule('node:http2');
  const session = connect(`https://${host}`, { createConnection: () => socket });
  session.on('error', ({ message }) => end(`${NO_HTTP}: ${message}`));
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': type,
    accept: type,
    'content-length': body.length,
  });
  const parts = new Parts();
  let head: Omit<HttpAnswer, 'body'> = { status: 0, type: '', location: undefined };
  stream.on('response', (headers) => {
    head = {
      status: headers[':status'] ?? 0,
      type: String(headers['content-type'] ?? ''),
      location: headers.location,
    };
  });
  stream.on('data', (part: Buffer) => parts.add(part));
  stream.on('error', ({ message }) => end(`${STREAM_RESET}: ${message}`));
  stream.on('close', () => {
    end(head.status === 0 ? STREAM_RESET : { ...head, body: parts.whole });
    session.destroy();
  });
  stream.end(body);
}

function postByHttp1(
  socket: TLSSocket,
  { host, path, type }: HttpTarget,
  body: Buffer,
  end: End,
): void {
  const { request } = process.getBuiltinModule('node:http');
  const asked = request({
    method: 'POST',
    path,
    headers: { host, 'content-type': type, accept: type, 'content-length': body.length },
    createConnection: () => socket,
  });
  asked.on('error', ({ message, code }: NodeJS.ErrnoException) =>
    end(`${code === 'ECONNRESET' ? HUNG_UP : NO_HTTP}: ${message}`),
  );
  asked.on('response', (response) => {
    const { statusCode = 0, headers } = response;
    const head = {
      status: statusCode,
      type: headers['content-type'] ?? '',
      location: headers.location,
    };
    const parts = new Parts();
    response.on('data', (part: Buffer) => parts.add(part));
    response.on('close', () => end({ ...head, body: parts.whole }));
  });
  asked.end(body);
}

/** Of a body, as much as a DNS message can have. */
class Parts {
  #parts: Buffer[] = [];
  #length = 0;

  add(part: Buffer): void {
    if (this.#length > LONGEST) return;
    this.#parts.push(part);
    this.#length += part.length;
  }

  get whole(): Buffer {
    return Buffer.concat(this.#parts).subarray(0, LONGEST);
  }
}
