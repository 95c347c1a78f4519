/** Which DNS query an HTTP request carries, or why it carries none (RFC 8484 section 4.1). */

import { decodeBase64url } from './base64url.ts';
import type { ForwardedClient, ForwardedFields } from './forwarded.ts';

export const DNS_MESSAGE = 'application/dns-message';
/** Methods that are known: HEAD is GET without what it would bring. */
export const METHODS = 'GET, HEAD, POST';

/** Octets of a DNS message: its header at least. */
const SHORTEST = 12;
export const LONGEST = 0xffff;
/** QR, in the third octet. */
const RESPONSE = 0x80;

const PARAMETER = 'dns=';
const EQUALS = 0x3d;
const PERCENT = 0x25;

/** What of a request counts. */
export interface HttpRequest extends ForwardedFields {
  method: string;
  /** The path, and the query behind it. */
  target: string;
  /** What `dns=` stands for, where that has been read instead of the target: then this is a GET for the path. */
  query?: Buffer | undefined;
  contentType: string | undefined;
  /** Who asks through the proxy at the other end: found out by `readQuery`. */
  client?: ForwardedClient | undefined;
}

/** Who asks through the proxy at the other end; undefined for a request of its own. */
export type ClientOf = (request: HttpRequest) => ForwardedClient | undefined | 'unclear';

/** What is asked for, and by whom. */
export interface DohSite {
  readonly path: string;
  /** On a connection of a proxy. */
  readonly clientOf?: ClientOf | undefined;
}

/**
 * The query, or the status of a request without one. The octets are those of the body, or are used
 * again with the next request.
 */
export function readQuery(
  { path, clientOf }: DohSite,
  request: HttpRequest,
  body: Buffer,
): Buffer | number {
  const query = queryOf(path, request, body);
  if (clientOf === undefined || typeof query === 'number') return query;
  const client = clientOf(request);
  if (client === 'unclear') return 400;
  request.client = client;
  return query;
}

function queryOf(path: string, request: HttpRequest, body: Buffer): Buffer | number {
  const { method, target } = request;
  if (request.query !== undefined) return wholeQuery(request.query);
  const end = target.indexOf('?');
  if (end < 0 ? target !== path : end !== path.length || !target.startsWith(path)) return 404;
  if (method === 'POST') return isDnsMessage(request.contentType) ? wholeQuery(body) : 415;
  if (method !== 'GET' && method !== 'HEAD') return 405;
  return end < 0 ? 400 : wholeQuery(readParameter(target, end + 1));
}

/** Media types are compared without case, and may have parameters (RFC 9110 section 8.3.1). */
function isDnsMessage(contentType: string | undefined): boolean {
  if (contentType === DNS_MESSAGE) return true;
  const [type = ''] = contentType?.split(';') ?? [];
  return type.trim().toLowerCase() === DNS_MESSAGE;
}

/** The parameter `dns` behind `start`, which is there once, in base64url; padding is passed over. */
function readParameter(target: string, start: number): Buffer | undefined {
  let value = -1;
  let valueEnd = 0;
  for (let at = start; at < target.length; ) {
    const next = target.indexOf('&', at);
    const end = next < 0 ? target.length : next;
    if (target.startsWith(PARAMETER, at)) {
      if (value >= 0) return undefined;
      value = at + PARAMETER.length;
      valueEnd = end;
    }
    at = end + 1;
  }
  if (value < 0) return undefined;
  const unpadded = endOfText(target, value, valueEnd);
  return unpadded === value ? undefined : decodeBase64url(target, value, unpadded);
}

/** Where up to two signs of padding begin, which may be escaped. */
function endOfText(target: string, start: number, end: number): number {
  const isPlain = target.charCodeAt(end - 1) !== EQUALS && target.charCodeAt(end - 3) !== PERCENT;
  if (isPlain) return end;
  return start + target.slice(start, end).replace(/(?:=|%3D){1,2}$/i, '').length;
}

function wholeQuery(octets: Buffer | undefined): Buffer | number {
  if (octets === undefined || octets.length < SHORTEST) return 400;
  if (octets.length > LONGEST) return 413;
  return (octets[2]! & RESPONSE) === 0 ? octets : 400;
}

/** How long others may keep an answer. */
export function cacheControl(maxAge: number): string {
  return maxAge < 0 ? 'no-store' : `max-age=${maxAge}`;
}
