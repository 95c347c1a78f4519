/** The header of DoH requests, which is the same but for the length (RFC 7541 section 6.2.2). */

import { isIPv6 } from 'node:net';
import { DNS_MESSAGE } from '../doh-request.ts';

/** Fields that HPACK's static table has as a whole. */
const METHOD_POST = 0x83;
const SCHEME_HTTPS = 0x87;
/** Numbers of names there. */
const AUTHORITY = 1;
const PATH = 4;
const ACCEPT = 19;
const CONTENT_LENGTH = 28;
const CONTENT_TYPE = 31;

const HTTPS_PORT = 443;

export class DohRequests {
  readonly #start: Buffer;
  /** Queries are padded: there are few lengths. */
  readonly #blocks: Map<number, Buffer> = new Map();

  constructor({ name, path }: { readonly name: string; readonly path: string }, port: number) {
    const host = isIPv6(name) ? `[${name}]` : name;
    this.#start = Buffer.concat([
      Buffer.of(METHOD_POST, SCHEME_HTTPS),
      literal(AUTHORITY, port === HTTPS_PORT ? host : `${host}:${port}`),
      literal(PATH, path),
      literal(ACCEPT, DNS_MESSAGE),
      literal(CONTENT_TYPE, DNS_MESSAGE),
    ]);
  }

  /** For a query of so many octets. */
  block(length: number): Buffer {
    const known = this.#blocks.get(length);
    if (known !== undefined) return known;
    const block = Buffer.concat([this.#start, literal(CONTENT_LENGTH, String(length))]);
    this.#blocks.set(length, block);
    return block;
  }
}

/** A literal that goes into no table. */
function literal(name: number, value: string): Buffer {
  return Buffer.concat([
    number(name, 0x0f),
    number(value.length, 0x7f),
    Buffer.from(value, 'latin1'),
  ]);
}

/** Section 5.1: in the bits of `mask`, or if these do not suffice in octets behind them. */
function number(value: number, mask: number): Buffer {
  if (value < mask) return Buffer.of(value);
  const octets = [mask];
  let rest = value - mask;
  for (; rest >= 0x80; rest >>= 7) octets.push((rest & 0x7f) | 0x80);
  return Buffer.of(...octets, rest);
}
