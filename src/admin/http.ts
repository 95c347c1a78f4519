/** The admin HTTP: who may speak to it, and which handler answers. */

import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface AdminReply {
  readonly status: number;
  readonly type?: string;
  /** For status 405: what may be asked for instead (RFC 9110 section 15.5.6). */
  readonly allow?: string;
  readonly body: string;
}

/** Answers one kind of request; a stream is written to directly. */
export type AdminHandler = (
  url: URL,
  response: ServerResponse,
) => AdminReply | 'streaming' | Promise<AdminReply | 'streaming'>;

export interface AdminOptions {
  readonly address: string;
  readonly port: number;
  readonly token: string | undefined;
  /** Whoever asks, by whatever name and from wherever, gets an answer. */
  readonly isOpen?: boolean;
  /** By method and path: `GET /healthz`. */
  readonly handlers: Readonly<Record<string, AdminHandler>>;
}

export interface AdminHttp {
  readonly address: string;
  readonly port: number;
  close(): void;
}

/** What those who have no token yet can take from us. */
const CONNECTIONS = 256;
const HEADERS_MS = 10_000;

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** A reply of one JSON value. */
export function jsonReply(value: unknown, status = 200): AdminReply {
  return { status, type: 'application/json', body: `${JSON.stringify(value)}\n` };
}

/** Listens on an address; port 0 takes a free one. Rejects when the address cannot be had. */
export async function listenAdmin(options: AdminOptions): Promise<AdminHttp> {
  // An import takes as long as Node takes to start: all that the module has is loaded for it, a
  // client by WebSocket too.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer({ headersTimeout: HEADERS_MS }, (request, response) => {
    answer(options, request, response).catch((error: Error) => {
      send(response, { status: 500, body: `${error.message}\n` });
    });
  });
  server.maxConnections = CONNECTIONS;
  server.listen({ host: options.address, port: options.port, exclusive: true });
  await once(server, 'listening');
  return {
    address: options.address,
    port: (server.address() as { port: number }).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  options: AdminOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? '/';
  if (!URL.canParse(target, 'http://admin')) {
    return send(response, { status: 400, body: `${target} is no path\n` });
  }
  const url = new URL(target, 'http://admin');
  const refusal = whyNot(options, request);
  if (refusal !== undefined) return send(response, refusal);
  const handler = options.handlers[`${request.method} ${url.pathname}`];
  if (handler === undefined) return send(response, notFound(options, url.pathname));
  const reply = await handler(url, response);
  if (reply !== 'streaming') send(response, reply);
}

/** A page in somebody's browser must not reach this: neither by its origin nor by a name. */
function whyNot(options: AdminOptions, { headers }: IncomingMessage): AdminReply | undefined {
  if (options.isOpen) return undefined;
  const host = headers.host ?? '';
  const name = host.replace(/:\d+$/, '');
  const own = options.address.includes(':') ? `[${options.address}]` : options.address;
  if (!LOOPBACK_HOSTS.has(name) && name !== own && options.token === undefined) {
    return { status: 403, body: `Host ${host} is not this server; ask for ${own}\n` };
  }
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) {
    return { status: 403, body: `Origin ${headers.origin} may not ask\n` };
  }
  // Browsers send no Origin with what a page embeds (Fetch, "Sec-Fetch-Site").
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return { status: 403, body: `a page of another site may not ask (Sec-Fetch-Site: ${site})\n` };
  }
  if (options.token !== undefined && !isToken(headers.authorization, options.token)) {
    return { status: 401, body: 'expect the header "Authorization: Bearer" and admin.token\n' };
  }
  return undefined;
}

/** Takes as long whatever is given, also for its length: digests are compared. */
function isToken(authorization: string | undefined, token: string): boolean {
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function notFound({ handlers }: AdminOptions, path: string): AdminReply {
  const allowed = Object.keys(handlers).filter((key) => key.endsWith(` ${path}`));
  const known = Object.keys(handlers).join(', ');
  if (allowed.length === 0) {
    return { status: 404, body: `nothing at ${path}; expect ${known}\n` };
  }
  const allow = allowed.map((key) => key.split(' ')[0]).join(', ');
  return { status: 405, allow, body: `expect ${allowed.join(', ')}\n` };
}

function send(response: ServerResponse, reply: AdminReply): void {
  const { status, type = 'text/plain', allow, body } = reply;
  if (response.headersSent) return void response.end();
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    ...(allow === undefined ? {} : { allow }),
    // What somebody asked for is in some answers: a browser must not take it for a page.
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
