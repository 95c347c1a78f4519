/** The head of an HTTP/1.1 request, read strictly: what can be read in two ways is an error (RFC 9112). */

import type { HttpRequest } from './doh-request.ts';

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const REQUEST_LINE = new RegExp(`^(${TOKEN}) (\\S+) HTTP/1\\.([01])$`);
const FIELD = new RegExp(`^(${TOKEN}):[ \\t]*([^\\0\\r\\n]*?)[ \\t]*$`);
const ORIGIN = /^https?:\/\/[^/?]*/i;

export interface Http1Head extends HttpRequest {
  contentLength: number;
  /** The connection ends with the answer. */
  closes: boolean;
  /** The client sends the body when it is told to. */
  waits: boolean;
}

/** Reads lines without their ends; a number is the status of a request that is none. */
export function readHead(lines: readonly string[]): Http1Head | number {
  const [, method, target, minor] = REQUEST_LINE.exec(lines[0]!) ?? [];
  if (method === undefined || target === undefined) return 400;
  const fields = readFields(lines.slice(1));
  if (fields === undefined) return 400;
  // Two lengths, or a length and chunks, are how requests are smuggled: one length, or none.
  if (fields.has('transfer-encoding')) return 501;
  const [length = '0', ...lengths] = fields.get('content-length') ?? [];
  if (!/^\d{1,9}$/.test(length) || lengths.length > 0) return 400;
  if (minor === '1' && fields.get('host')?.length !== 1) return 400;
  const connection = (fields.get('connection') ?? []).join(',').toLowerCase();
  const options = connection.split(',').map((option) => option.trim());
  return {
    method,
    target: target.replace(ORIGIN, ''),
    contentType: fields.get('content-type')?.[0],
    forwarded: fields.get('forwarded'),
    forwardedFor: fields.get('x-forwarded-for'),
    contentLength: Number(length),
    closes: minor === '0' ? !options.includes('keep-alive') : options.includes('close'),
    waits: fields.get('expect')?.[0]?.toLowerCase() === '100-continue',
  };
}

function readFields(lines: readonly string[]): ReadonlyMap<string, string[]> | undefined {
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    const key = name.toLowerCase();
    fields.set(key, [...(fields.get(key) ?? []), value]);
  }
  return fields;
}
