/** Decodes header blocks, one after the other, as HPACK has them (RFC 7541 section 6). */

import { HeaderField, HeaderTable } from './header-table.ts';
import { decodeHuffman } from './huffman.ts';

/** Octets of the table; the default, which every client may use without asking. */
const TABLE_SIZE = 4096;
/** Numbers of more octets than this are none that anybody needs. */
const MAX_SHIFT = 21;

export class HeaderDecoder {
  readonly #table: HeaderTable = new HeaderTable(TABLE_SIZE);
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  #isBroken = false;
  #valueAt = -1;

  /** Changes with what the numbers in blocks stand for: the same octets say the same until then. */
  get version(): number {
    return this.#table.version;
  }

  /**
   * Calls `onField` for each field of a block, with where the length of its value stands, which is
   * below 0 for a field of the table; false when it is broken, and with it all that would follow on
   * the connection.
   */
  decode(block: Buffer, onField: (field: HeaderField, valueAt: number) => void): boolean {
    this.#block = block;
    this.#at = 0;
    this.#isBroken = false;
    let mayResize = true;
    while (this.#at < block.length && !this.#isBroken) {
      const first = block[this.#at]!;
      if ((first & 0xe0) === 0x20) {
        // Section 4.2: at the beginning of a block only.
        if (!mayResize || !this.#table.resize(this.#number(0x1f))) return false;
        continue;
      }
      mayResize = false;
      const field = (first & 0x80) === 0 ? this.#literal(first) : this.#indexed();
      if (field === undefined || this.#isBroken) return false;
      onField(field, this.#valueAt);
    }
    return !this.#isBroken;
  }

  #indexed(): HeaderField | undefined {
    this.#valueAt = -1;
    return this.#table.at(this.#number(0x7f));
  }

  #literal(first: number): HeaderField | undefined {
    const isAdded = (first & 0x40) !== 0;
    const index = this.#number(isAdded ? 0x3f : 0x0f);
    const known = index === 0 ? undefined : this.#table.at(index);
    const name = index === 0 ? this.#text() : known?.name;
    this.#valueAt = this.#at;
    const value = this.#text();
    if (name === undefined || value === undefined) return undefined;
    const field = new HeaderField(name, value, known?.isValid === true);
    if (isAdded) this.#table.add(field);
    return field;
  }

  /** Section 5.1: in the bits of `mask`, or if these are all ones in octets behind them. */
  #number(mask: number): number {
    let value = this.#block[this.#at++]! & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= MAX_SHIFT; shift += 7) {
      const octet = this.#block[this.#at++];
      if (octet === undefined) break;
      value += (octet & 0x7f) << shift;
      if ((octet & 0x80) === 0) return value;
    }
    this.#isBroken = true;
    return 0;
  }

  #text(): string | undefined {
    const first = this.#block[this.#at];
    if (first === undefined) return undefined;
    const length = this.#number(0x7f);
    const end = this.#at + length;
    if (this.#isBroken || end > this.#block.length) return undefined;
    const start = this.#at;
    this.#at = end;
    return (first & 0x80) === 0
      ? this.#block.toString('latin1', start, end)
      : decodeHuffman(this.#block.subarray(start, end));
  }
}
