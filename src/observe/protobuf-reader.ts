/** Reads protocol buffers: the fields of a message by their numbers. */

const VARINT = 0;
const FIXED_64 = 1;
const OCTETS = 2;
const FIXED_32 = 5;

/** Of a field that occurs twice, the last. Throws an Error for what is no message. */
export function readFields(message: Buffer): ReadonlyMap<number, number | Buffer> {
  const fields = new Map<number, number | Buffer>();
  const reader = new Reader(message);
  while (!reader.isAtEnd) {
    const key = reader.varint();
    fields.set(Math.floor(key / 8), reader.value(key % 8));
  }
  return fields;
}

class Reader {
  readonly #message: Buffer;
  #at = 0;

  constructor(message: Buffer) {
    this.#message = message;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#message.length;
  }

  value(kind: number): number | Buffer {
    if (kind === VARINT) return this.varint();
    if (kind === FIXED_32) return this.#take(4).readUInt32LE(0);
    if (kind === FIXED_64) return this.#take(8);
    if (kind === OCTETS) return this.#take(this.varint());
    throw new Error(`wire type ${kind} is none of protocol buffers`);
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const octet = this.#take(1)[0]!;
      value += (octet & 0x7f) * factor;
      if (octet < 0x80) return value;
    }
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#message.length)
      throw new Error('a field ends behind its message');
    this.#at += length;
    return this.#message.subarray(this.#at - length, this.#at);
  }
}
