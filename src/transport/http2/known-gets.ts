/**
 * A client's requests by GET differ in nothing but what stands behind `?dns=`. What is around that is
 * compared, octet by octet, with the request before; the rest is read from its bits.
 */

import { LONGEST_TARGET, QueryTarget } from './query-target.ts';
import type { RequestHeaders } from './request-headers.ts';

/** Octets of the longest block that is remembered, and of its fields as RFC 9113 counts them. */
const LONGEST = 2 * LONGEST_TARGET;
const HUFFMAN = 0x80;
/** A length that does not fit into its first octet (RFC 7541 section 5.1). */
const MORE = 0x7f;

interface Known {
  /** The block up to the value of its path, and from there on. */
  readonly before: Buffer;
  readonly after: Buffer;
  readonly request: RequestHeaders;
}

export class KnownGets {
  readonly #target: QueryTarget;
  #known: Known | undefined;
  #version = 0;

  /** `path` is the one that is answered. */
  constructor(path: string) {
    this.#target = new QueryTarget(path);
  }

  /**
   * The request of a block that is there; undefined when it has to be read. Its query is there until
   * the next call, and its target is that of another.
   */
  find(octets: Buffer, start: number, end: number, version: number): RequestHeaders | undefined {
    const known = this.#known;
    if (known === undefined || version !== this.#version) return undefined;
    const { before, after, request } = known;
    const lengthAt = start + before.length;
    const valueEnd = end - after.length;
    if (lengthAt >= valueEnd || !isAt(octets, start, before) || !isAt(octets, valueEnd, after)) {
      return undefined;
    }
    const valueAt = octetsOf(octets, lengthAt, valueEnd);
    const query = valueAt < 0 ? undefined : this.#target.read(octets, valueAt, valueEnd);
    if (query === undefined) return undefined;
    request.query = query;
    return request;
  }

  /** `valueAt` is where in the block the length of the path's value stands. */
  keep(block: Buffer, request: RequestHeaders, valueAt: number, version: number): void {
    if (block.length > LONGEST || request.size > LONGEST) return;
    const valueEnd = endOf(block, valueAt);
    if (valueEnd < 0) return;
    const copy = Buffer.from(block);
    const [before, after] = [copy.subarray(0, valueAt), copy.subarray(valueEnd)];
    this.#known = { before, after, request };
    this.#version = version;
  }
}

/** Where the octets of a value in Huffman code begin that ends at `end`; below 0 when there is none such. */
function octetsOf(octets: Buffer, at: number, end: number): number {
  return endOf(octets, at) === end ? at + lengthOctets(octets, at) : -1;
}

function lengthOctets(octets: Buffer, at: number): number {
  return (octets[at]! & MORE) < MORE ? 1 : octets[at + 1]! < 0x80 ? 2 : 3;
}

/** Where a value in Huffman code ends; below 0 when it is none, or longer than any that is read here. */
function endOf(octets: Buffer, at: number): number {
  const first = octets[at]!;
  if ((first & HUFFMAN) === 0) return -1;
  const count = lengthOctets(octets, at);
  if (count === 1) return at + 1 + (first & MORE);
  const second = octets[at + 1]!;
  if (count === 2) return at + 2 + MORE + second;
  const third = octets[at + 2]!;
  return third < 0x80 ? at + 3 + MORE + (second & 0x7f) + (third << 7) : -1;
}

function isAt(octets: Buffer, start: number, part: Buffer): boolean {
  for (let i = 0; i < part.length; i++) if (octets[start + i] !== part[i]) return false;
  return true;
}
