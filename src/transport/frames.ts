/** DNS messages in a byte stream: each has two octets of length before it (RFC 1035 section 4.2.2). */

const LENGTH_PREFIX = 2;
const NOTHING: Buffer = Buffer.alloc(0);

/** Puts messages together, wherever the stream was cut. */
export class FrameReader {
  #buffer: Buffer = NOTHING;

  /** Whether part of a message has come. */
  get isInside(): boolean {
    return this.#buffer.length > 0;
  }

  /** Takes octets of the stream; `onMessage` is called for each message that is whole. */
  push(chunk: Buffer, onMessage: (octets: Buffer) => void): void {
    let data = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    while (data.length >= LENGTH_PREFIX) {
      const end = LENGTH_PREFIX + data.readUInt16BE(0);
      if (data.length < end) break;
      onMessage(data.subarray(LENGTH_PREFIX, end));
      data = data.subarray(end);
    }
    // A copy, so that a few octets do not keep a whole chunk alive.
    this.#buffer = Buffer.from(data);
  }
}

/** Octets that a FrameWriter begins with. */
const WRITER_LENGTH = 512;

/** Messages one behind the other, each with its length before it. */
export class FrameWriter {
  #buffer: Buffer = NOTHING;
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** The octets are not kept. */
  push(octets: Uint8Array, length: number): void {
    const end = this.#length + LENGTH_PREFIX + length;
    if (end > this.#buffer.length) this.#grow(end);
    this.#buffer.writeUInt16BE(length, this.#length);
    this.#buffer.set(octets.subarray(0, length), this.#length + LENGTH_PREFIX);
    this.#length = end;
  }

  /** What has been pushed, in memory of its own; nothing is left. */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = NOTHING;
    this.#length = 0;
    return taken;
  }

  #grow(length: number): void {
    const grown = Buffer.allocUnsafe(Math.max(WRITER_LENGTH, length, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

/** A message with its length before it, in memory of its own. */
export function frame(octets: Uint8Array, length: number): Buffer {
  const framed = Buffer.allocUnsafe(LENGTH_PREFIX + length);
  framed.writeUInt16BE(length, 0);
  framed.set(octets.subarray(0, length), LENGTH_PREFIX);
  return framed;
}
