/** The admin HTTP: who may speak to it, and which handler answers. */

import { once } from 'node:events';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import { promisify } from 'node:util';
import { gzip as gzipWithCallback } from 'node:zlib';
import type { Permission } from '../config/admin-keys.ts';
import { type Identities, type Identity, permits } from './identities.ts';
import { AdminRequest, cookieOf } from './request.ts';

export interface AdminReply {
  readonly status: number;
  readonly type?: string;
  /** For status 405: what may be asked for instead (RFC 9110 section 15.5.6). */
  readonly allow?: string;
  /** Besides those that every reply has. */
  readonly headers?: OutgoingHttpHeaders;
  readonly body: string | Uint8Array;
}

/** Answers one kind of request; a stream is written to directly. */
export type AdminHandler = (
  url: URL,
  response: ServerResponse,
  request: AdminRequest,
) => AdminReply | 'streaming' | Promise<AdminReply | 'streaming'>;

/** What it takes to ask: `nothing` of pages and of logging in. */
export type Needed = Permission | 'nothing';

export interface AdminOptions {
  readonly address: string;
  readonly port: number;
  /** With other processes that share it too, whichever of them is asked. */
  readonly isShared?: boolean;
  readonly identities: Identities;
  /** Whoever asks, by whatever name and from wherever, gets an answer. */
  readonly isOpen?: boolean;
  /** Shown to clients: then it is HTTPS. */
  readonly certificate?: Pick<ServerOptions, 'cert' | 'key'> | undefined;
  /**
   * By method and path: `GET /healthz`. A last segment in braces stands for any one:
   * `GET /assets/{file}`.
   */
  readonly handlers: Readonly<Record<string, AdminHandler>>;
  /** What requests need that do not go by their method: GET takes `read`, all else `reload`. */
  readonly needs?: Readonly<Record<string, Needed>>;
}

export interface AdminHttp {
  readonly address: string;
  readonly port: number;
  /** Shows another certificate from now on. */
  identify(certificate: Pick<ServerOptions, 'cert' | 'key'>): void;
  close(): void;
}

/** What those who have no token yet can take from us. */
const CONNECTIONS = 256;
const HEADERS_MS = 10_000;

const JSON_TYPE = 'application/json';
/** Octets that are sent as they are: about what fits into a packet. */
const WORTH_PACKING = 1400;

const gzip = promisify(gzipWithCallback);

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** A reply of one JSON value. */
export function jsonReply(value: unknown, status = 200): AdminReply {
  return { status, type: JSON_TYPE, body: `${JSON.stringify(value)}\n` };
}

/** Listens on an address; port 0 takes a free one. Rejects when the address cannot be had. */
export async function listenAdmin(options: AdminOptions): Promise<AdminHttp> {
  // An import takes as long as Node takes to start: all that the module has is loaded for it, a
  // client by WebSocket too.
  const { createServer } = process.getBuiltinModule('node:http');
  const { certificate } = options;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    answer(options, request, response).catch((error: Error) => {
      send(response, { status: 500, body: `${error.message}\n` });
    });
  };
  const settings = { headersTimeout: HEADERS_MS };
  const secure =
    certificate &&
    process.getBuiltinModule('node:https').createServer({ ...settings, ...certificate }, listener);
  const server = secure ?? createServer(settings, listener);
  server.maxConnections = CONNECTIONS;
  const alone = { exclusive: true, reusePort: options.isShared === true };
  server.listen({ host: options.address, port: options.port, ...alone });
  await once(server, 'listening');
  return {
    address: options.address,
    port: (server.address() as { port: number }).port,
    identify: (next) => secure?.setSecureContext(next),
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
  const key = findKey(options.handlers, request.method ?? 'GET', url.pathname);
  const needed = neededFor(options, key, request.method);
  const refusal = whyNot(options, request, needed);
  if (refusal !== undefined) return send(response, refusal);
  const who = identify(options, request);
  if (!options.isOpen && needed !== 'nothing') {
    if (who === undefined) return send(response, UNKNOWN);
    if (!permits(who.may, needed)) return send(response, forbidden(who, needed));
  }
  if (key === undefined) return send(response, notFound(options, url.pathname));
  const reply = await options.handlers[key]!(url, response, new AdminRequest(request, who));
  if (reply !== 'streaming') send(response, await packed(reply, request));
}

/** JSON as gzip for those who take it: records are much alike, and a page has many. */
async function packed(reply: AdminReply, { headers }: IncomingMessage): Promise<AdminReply> {
  const { type, body } = reply;
  if (type !== JSON_TYPE || body.length < WORTH_PACKING) return reply;
  const vary = { vary: 'accept-encoding' };
  if (!/\bgzip\b/.test(String(headers['accept-encoding']))) {
    return { ...reply, headers: { ...reply.headers, ...vary } };
  }
  const more = { ...vary, 'content-encoding': 'gzip' };
  // Not in this thread, which serves TCP and TLS.
  return { ...reply, headers: { ...reply.headers, ...more }, body: await gzip(body) };
}

function identify({ identities }: AdminOptions, { headers }: IncomingMessage) {
  return identities.of(headers.authorization, cookieOf(headers.cookie));
}

function findKey(
  handlers: AdminOptions['handlers'],
  method: string,
  path: string,
): string | undefined {
  const exact = `${method} ${path}`;
  if (Object.hasOwn(handlers, exact)) return exact;
  const folder = exact.slice(0, exact.lastIndexOf('/') + 1);
  if (exact.length === folder.length) return undefined;
  return Object.keys(handlers).find((key) => key.startsWith(`${folder}{`));
}

function neededFor({ needs = {} }: AdminOptions, key: string | undefined, method = 'GET'): Needed {
  const own = key === undefined ? undefined : needs[key];
  return own ?? (method === 'GET' ? 'read' : 'reload');
}

/** A page in somebody's browser must not reach this: neither by its origin nor by a name. */
function whyNot(
  { isOpen, address, identities }: AdminOptions,
  { headers, method }: IncomingMessage,
  needed: Needed,
): AdminReply | undefined {
  if (isOpen) return undefined;
  const host = headers.host ?? '';
  const name = host.replace(/:\d+$/, '');
  const own = address.includes(':') ? `[${address}]` : address;
  if (!LOOPBACK_HOSTS.has(name) && name !== own && !identities.areRequired) {
    return { status: 403, body: `Host ${host} is not this server; ask for ${own}\n` };
  }
  const { origin } = headers;
  if (origin !== undefined && !isOwnOrigin(origin, host, identities)) {
    return { status: 403, body: `Origin ${origin} may not ask\n` };
  }
  // Somebody follows a link in a mail: the page has nothing in it before it asks for more.
  const isVisit = headers['sec-fetch-mode'] === 'navigate' && method === 'GET';
  if (needed === 'nothing' && isVisit) return undefined;
  // Browsers send no Origin with what a page embeds (Fetch, "Sec-Fetch-Site").
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return { status: 403, body: `a page of another site may not ask (Sec-Fetch-Site: ${site})\n` };
  }
  return undefined;
}

/** A proxy that ends TLS has another scheme than this: that is for those who have a token. */
function isOwnOrigin(origin: string, host: string, identities: Identities): boolean {
  return origin === `http://${host}` || (identities.areRequired && origin === `https://${host}`);
}

const UNKNOWN: AdminReply = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer' },
  body: 'expect the header "Authorization: Bearer" and admin.token, or one of admin.tokens\n',
};

function forbidden({ name, may }: Identity, needed: Permission): AdminReply {
  const body = `${name} may ${may}; expect a token of admin.tokens that has "may: ${needed}"\n`;
  return { status: 403, body };
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
  const { status, type = 'text/plain', allow, headers, body } = reply;
  if (response.headersSent) return void response.end();
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    ...(allow === undefined ? {} : { allow }),
    // What somebody asked for is in some answers: a browser must not take it for a page.
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(body);
}
