/** Typed arrays that all threads can read, and that grow while they are filled. */

/** A view of zeroed memory that threads share. */
export function sharedUint8(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

export function sharedUint16(length: number): Uint16Array {
  return new Uint16Array(new SharedArrayBuffer(length * 2));
}

export function sharedUint32(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}

type Shared = Uint8Array | Uint16Array | Uint32Array;

/** A copy of `array` in shared memory with room for `length` elements, which are its first. */
export function resized<T extends Shared>(array: T, length: number): T {
  const make = array.constructor as new (buffer: SharedArrayBuffer) => T;
  const copy = new make(new SharedArrayBuffer(length * array.BYTES_PER_ELEMENT));
  copy.set(array.subarray(0, Math.min(length, array.length)));
  return copy;
}
