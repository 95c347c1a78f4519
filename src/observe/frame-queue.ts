/**
 * A bounded queue from one thread to another, in shared memory. Whoever adds never waits: what
 * there is no room for is dropped and counted.
 */

/** Octets of the queue: a power of two. */
const OCTETS = 1 << 21;
const MASK = OCTETS - 1;
/** Before each frame: its length. */
const LENGTH = 4;
/** Positions in the head: octets ever added and taken (modulo 2^32), frames dropped. */
const ADDED = 0;
const TAKEN = 1;
const DROPPED = 2;
const HEAD = 16;

export class FrameQueue {
  readonly buffer: SharedArrayBuffer;
  readonly #head: Int32Array;
  readonly #octets: Buffer;
  readonly #length: Buffer = Buffer.alloc(LENGTH);

  /** A new queue, or the other end of one. */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(HEAD + OCTETS)) {
    this.buffer = buffer;
    this.#head = new Int32Array(buffer, 0, HEAD / 4);
    this.#octets = Buffer.from(buffer, HEAD, OCTETS);
  }

  /** Frames that there was no room for. */
  get dropped(): number {
    return Atomics.load(this.#head, DROPPED) >>> 0;
  }

  /** Adds the frame that stands in `octets` from `start` to `end`. */
  add(octets: Buffer, start: number, end: number): void {
    const added = Atomics.load(this.#head, ADDED);
    const used = (added - Atomics.load(this.#head, TAKEN)) >>> 0;
    const length = end - start;
    if (used + LENGTH + length > OCTETS) {
      Atomics.add(this.#head, DROPPED, 1);
      return;
    }
    this.#length.writeUInt32LE(length);
    this.#put(added, this.#length, 0, LENGTH);
    this.#put(added + LENGTH, octets, start, end);
    Atomics.store(this.#head, ADDED, (added + LENGTH + length) | 0);
  }

  /** Takes the oldest frame; undefined when there is none. */
  take(): Buffer | undefined {
    const taken = Atomics.load(this.#head, TAKEN);
    if (taken === Atomics.load(this.#head, ADDED)) return undefined;
    this.#get(taken, this.#length);
    const frame = Buffer.allocUnsafe(this.#length.readUInt32LE());
    this.#get(taken + LENGTH, frame);
    Atomics.store(this.#head, TAKEN, (taken + LENGTH + frame.length) | 0);
    return frame;
  }

  #put(position: number, octets: Buffer, start: number, end: number): void {
    const at = position & MASK;
    const first = Math.min(end - start, OCTETS - at);
    octets.copy(this.#octets, at, start, start + first);
    octets.copy(this.#octets, 0, start + first, end);
  }

  #get(position: number, into: Buffer): void {
    const at = position & MASK;
    const first = Math.min(into.length, OCTETS - at);
    this.#octets.copy(into, 0, at, at + first);
    this.#octets.copy(into, first, 0, into.length - first);
  }
}
