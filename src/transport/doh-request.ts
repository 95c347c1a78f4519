/** Which DNS query an HTTP request carries, or why it carries none (RFC 8484 section 4.1). */

export const DNS_MESSAGE = 'application/dns-message';
/** Methods that are known: HEAD is GET without what it would bring. */
export const METHODS = 'GET, HEAD, POST';

/** Octets of a DNS message: its header at least. */
const SHORTEST = 12;
export const LONGEST = 0xffff;
/** QR, in the third octet. */
const RESPONSE = 0x80;

/** What of a request counts. */
export interface HttpRequest {
  method: string;
  /** The path, and the query behind it. */
  target: string;
  contentType: string | undefined;
}

/** The query, or the status of a request without one. */
export function readQuery(path: string, request: HttpRequest, body: Buffer): Buffer | number {
  const { method, target } = request;
  const end = target.indexOf('?');
  if ((end < 0 ? target : target.slice(0, end)) !== path) return 404;
  if (method === 'POST') return isDnsMessage(request.contentType) ? wholeQuery(body) : 415;
  if (method !== 'GET' && method !== 'HEAD') return 405;
  return end < 0 ? 400 : wholeQuery(readParameter(target.slice(end + 1)));
}

/** Media types are compared without case, and may have parameters (RFC 9110 section 8.3.1). */
function isDnsMessage(contentType: string | undefined): boolean {
  const [type = ''] = contentType?.split(';') ?? [];
  return type.trim().toLowerCase() === DNS_MESSAGE;
}

/** The parameter `dns`, which is there once, in base64url; padding is passed over. */
function readParameter(query: string): Buffer | undefined {
  const values = query.split('&').filter((parameter) => parameter.startsWith('dns='));
  if (values.length !== 1) return undefined;
  const text = values[0]!.slice('dns='.length).replace(/(?:=|%3D){1,2}$/i, '');
  if (!/^[\w-]+$/.test(text) || text.length % 4 === 1) return undefined;
  return Buffer.from(text, 'base64url');
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
