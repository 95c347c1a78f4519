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

  /** The request that a block said when the table had this version; undefined when it is none of them. */
  find(block: Buffer, version: number): RequestHeaders | undefined {
    if (version !== this.#version || block.length > LONGEST) return undefined;
    const known = this.#known[slotOf(block)];
    return known !== undefined && isSame(known.block, block) ? known.request : undefined;
  }

  /** The request may not change any more. */
  keep(block: Buffer, request: RequestHeaders, version: number): void {
    if (block.length > LONGEST) return;
    if (version !== this.#version) {
      this.#known = [];
      this.#version = version;
    }
    this.#known[slotOf(block)] = { block: Buffer.from(block), request };
  }
}

function slotOf(block: Buffer): number {
  let hash = block.length;
  for (let i = 0; i < block.length; i++) hash = (Math.imul(hash, PRIME) + block[i]!) | 0;
  return (hash ^ (hash >>> 16)) & (COUNT - 1);
}

function isSame(one: Buffer, other: Buffer): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
