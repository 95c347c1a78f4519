/** DNS messages in a byte stream: each has two octets of length before it (RFC 1035 section 4.2.2). */

const LENGTH_PREFIX = 2;

/** Puts messages together, wherever the stream was cut. */
export class FrameReader {
  #buffer: Buffer = Buffer.alloc(0);

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

/** A message with its length before it, in memory of its own. */
export function frame(octets: Uint8Array, length: number): Buffer {
  const framed = Buffer.allocUnsafe(LENGTH_PREFIX + length);
  framed.writeUInt16BE(length, 0);
  framed.set(octets.subarray(0, length), LENGTH_PREFIX);
  return framed;
}
