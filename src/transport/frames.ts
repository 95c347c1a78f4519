/** DNS messages in a byte stream: each has two octets of length before it (RFC 1035 section 4.2.2). */

const LENGTH_PREFIX = 2;
/** Octets of the longest message with its length. */
export const MAX_FRAME: number = LENGTH_PREFIX + 0xffff;
const NOTHING: Buffer = Buffer.alloc(0);

/** Octets of memory for a message that begins to come; it grows as more of it comes. */
const FIRST_ROOM = 1024;

/**
 * Puts messages together, wherever the stream was cut: one that is whole in a chunk is passed on
 * where it stands there, another is collected in memory that grows with what has come of it,
 * whatever its length claims.
 */
export class FrameReader {
  readonly #keeps: number;
  /** What has come of a message that is not whole, its length included. */
  #buffer: Buffer = NOTHING;
  #length = 0;

  /** Memory of up to `keeps` octets is used for one message after the other. */
  constructor(keeps: number = FIRST_ROOM) {
    this.#keeps = keeps;
  }

  /** Whether part of a message has come. */
  get isInside(): boolean {
    return this.#length > 0;
  }

  /**
   * Takes octets of the stream; `onMessage` is called for each message that is whole, whose octets
   * are valid during the call only.
   */
  push(chunk: Buffer, onMessage: (octets: Buffer) => void): void {
    let at = this.#length === 0 ? 0 : this.#complete(chunk, onMessage);
    while (chunk.length - at >= LENGTH_PREFIX) {
      const end = at + LENGTH_PREFIX + chunk.readUInt16BE(at);
      if (end > chunk.length) break;
      onMessage(chunk.subarray(at + LENGTH_PREFIX, end));
      at = end;
    }
    if (at < chunk.length) this.#collect(chunk, at, chunk.length);
  }

  /** Goes on with the message that has begun; returns where in the chunk the next one begins. */
  #complete(chunk: Buffer, onMessage: (octets: Buffer) => void): number {
    let at = 0;
    if (this.#length < LENGTH_PREFIX) {
      at = Math.min(LENGTH_PREFIX - this.#length, chunk.length);
      this.#collect(chunk, 0, at);
      if (this.#length < LENGTH_PREFIX) return at;
    }
    const length = LENGTH_PREFIX + this.#buffer.readUInt16BE(0);
    const end = Math.min(at + length - this.#length, chunk.length);
    this.#collect(chunk, at, end);
    if (this.#length < length) return end;
    const message = this.#buffer.subarray(LENGTH_PREFIX, length);
    this.#length = 0;
    if (this.#buffer.length > this.#keeps) this.#buffer = NOTHING;
    onMessage(message);
    return end;
  }

  #collect(chunk: Buffer, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(roomFor(length));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    chunk.copy(this.#buffer, this.#length, from, to);
    this.#length = length;
  }
}

/** Twice as much as before: each octet is moved twice at most. */
function roomFor(length: number): number {
  let room = FIRST_ROOM;
  while (room < length) room *= 2;
  return Math.min(room, MAX_FRAME);
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
