/**
 * Requests by the octets of their header blocks. A client's requests by POST differ in nothing but
 * their length: what a block says need not be decoded again, as long as the table behind its numbers
 * is the same.
 */

import type { RequestHeaders } from './request-headers.ts';

/** Blocks of a connection that are remembered, and octets of the longest one: a power of two. */
const COUNT = 16;
const LONGEST = 128;
const PRIME = 31;

interface Known {
  readonly block: Buffer;
  readonly request: RequestHeaders;
}

export class KnownRequests {
  #known: (Known | undefined)[] = [];
  #version = 0;

  /** The request that a block, which is there, said when the table had this version; undefined when it is none of them. */
  find(octets: Buffer, start: number, end: number, version: number): RequestHeaders | undefined {
    if (version !== this.#version || end - start > LONGEST) return undefined;
    const known = this.#known[slotOf(octets, start, end)];
    if (known === undefined || known.block.length !== end - start) return undefined;
    return isAt(octets, start, known.block) ? known.request : undefined;
  }

  /** The request may not change any more. */
  keep(block: Buffer, request: RequestHeaders, version: number): void {
    if (block.length > LONGEST) return;
    if (version !== this.#version) {
      this.#known = [];
      this.#version = version;
    }
    this.#known[slotOf(block, 0, block.length)] = { block: Buffer.from(block), request };
  }
}

function slotOf(octets: Buffer, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, PRIME) + octets[at]!) | 0;
  return (hash ^ (hash >>> 16)) & (COUNT - 1);
}

function isAt(octets: Buffer, start: number, block: Buffer): boolean {
  for (let i = 0; i < block.length; i++) if (octets[start + i] !== block[i]) return false;
  return true;
}
