/** Arrays of `struct mmsghdr` and `struct iovec`: what recvmmsg fills and sendmmsg takes. */

import { allocate, type Libc, type Memory } from './libc.ts';

/** Offsets in `struct mmsghdr` on 64-bit Linux, glibc and musl, in 32-bit words. */
const HEADER_WORDS = 16;
const NAME = 0;
const NAME_LENGTH = 2;
const VECTORS = 4;
const VECTOR_COUNT = 6;
const CONTROL = 8;
const CONTROL_LENGTH = 10;
const FLAGS = 12;
const LENGTH = 14;

/** `struct iovec`, in 32-bit words. */
const VECTOR_WORDS = 4;
const VECTOR_BASE = 0;
const VECTOR_LENGTH = 2;

const MSG_TRUNC = 0x20;

/** As many messages as vectors; a message that is sent may take several of them. */
export class MessageHeaders {
  readonly #memory: Memory;
  readonly #headers: Uint32Array;
  readonly #vectorMemory: Memory;
  readonly #vectors: Uint32Array;
  readonly #vectorAddress: number;

  constructor(libc: Libc, count: number) {
    this.#memory = allocate(count * HEADER_WORDS * 4);
    this.#headers = new Uint32Array(this.#memory.buffer);
    this.#vectorMemory = allocate(count * VECTOR_WORDS * 4);
    this.#vectors = new Uint32Array(this.#vectorMemory.buffer);
    this.#vectorAddress = libc.address(this.#vectorMemory);
  }

  setName(index: number, address: number, length: number): void {
    const header = index * HEADER_WORDS;
    setPointer(this.#headers, header + NAME, address);
    this.#headers[header + NAME_LENGTH] = length;
  }

  setControl(index: number, address: number, length: number): void {
    const header = index * HEADER_WORDS;
    setPointer(this.#headers, header + CONTROL, address);
    this.#headers[header + CONTROL_LENGTH] = length;
  }

  /** Gives a message the `count` vectors from number `first` on. */
  setVectors(index: number, first: number, count: number): void {
    const header = index * HEADER_WORDS;
    const address = this.#vectorAddress + first * VECTOR_WORDS * 4;
    setPointer(this.#headers, header + VECTORS, address);
    this.#headers[header + VECTOR_COUNT] = count;
  }

  setVector(vector: number, address: number, length: number): void {
    const at = vector * VECTOR_WORDS;
    setPointer(this.#vectors, at + VECTOR_BASE, address);
    this.#vectors[at + VECTOR_LENGTH] = length;
  }

  /** Makes a message ready to be received into; its vectors stay as they are. */
  prepareReceive(
    index: number,
    room: { readonly nameLength: number; readonly controlLength: number },
  ): void {
    const header = index * HEADER_WORDS;
    this.#headers[header + NAME_LENGTH] = room.nameLength;
    this.#headers[header + CONTROL_LENGTH] = room.controlLength;
  }

  /** Octets that were received into a message. */
  lengthOf(index: number): number {
    return this.#headers[index * HEADER_WORDS + LENGTH]!;
  }

  /** Whether more came than there was room for. */
  isTruncated(index: number): boolean {
    return (this.#headers[index * HEADER_WORDS + FLAGS]! & MSG_TRUNC) !== 0;
  }

  controlLengthOf(index: number): number {
    return this.#headers[index * HEADER_WORDS + CONTROL_LENGTH]!;
  }

  /** What a system call takes: the headers from message `index` on. */
  from(index: number): Memory {
    return index === 0 ? this.#memory : this.#memory.subarray(index * HEADER_WORDS * 4);
  }
}

function setPointer(words: Uint32Array, at: number, address: number): void {
  words[at] = address;
  words[at + 1] = address / 0x1_0000_0000;
}
