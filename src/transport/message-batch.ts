/** Arrays of `struct mmsghdr` in memory: what recvmmsg fills and sendmmsg takes. */

import { allocate, type Libc, type Memory } from './libc.ts';
import { SOCKADDR_LENGTH } from './socket-address.ts';

/** Offsets in `struct mmsghdr` on 64-bit Linux, glibc and musl, in 32-bit words. */
const HEADER_WORDS = 16;
const NAME = 0;
const NAME_LENGTH = 2;
const IOV = 4;
const IOV_COUNT = 6;
const CONTROL = 8;
const CONTROL_LENGTH = 10;
const FLAGS = 12;
const LENGTH = 14;

/** `struct iovec`, in 32-bit words. */
const IOV_WORDS = 4;
const IOV_BASE = 0;
const IOV_LENGTH = 2;

const MSG_TRUNC = 0x20;

/** Room for control messages: IP_PKTINFO or IPV6_PKTINFO, and SO_RXQ_OVFL. */
export const CONTROL_LENGTH_MAX = 96;

export interface BatchShape {
  /** Messages of a call. */
  readonly count: number;
  /** Octets of a message. */
  readonly size: number;
  /** Whether each message has an address of its own: not so on connected sockets. */
  readonly addressed: boolean;
}

/** Messages with their addresses, in memory that stays where it is. */
export class MessageBatch {
  readonly count: number;
  readonly size: number;
  readonly octets: Memory;
  readonly names: Memory;
  readonly control: Memory;
  readonly headers: Memory;
  readonly #headers: Uint32Array;
  readonly #iov: Uint32Array;
  readonly #iovMemory: Memory;
  readonly #base: bigint;
  readonly #views: readonly Uint8Array[];

  constructor(libc: Libc, { count, size, addressed }: BatchShape) {
    this.count = count;
    this.size = size;
    this.octets = allocate(count * size);
    this.names = allocate(count * SOCKADDR_LENGTH);
    this.control = allocate(count * CONTROL_LENGTH_MAX);
    this.headers = allocate(count * HEADER_WORDS * 4);
    this.#iovMemory = allocate(count * IOV_WORDS * 4);
    this.#headers = new Uint32Array(this.headers.buffer);
    this.#iov = new Uint32Array(this.#iovMemory.buffer);
    this.#base = libc.address(this.octets);
    const names = libc.address(this.names);
    const control = libc.address(this.control);
    const iov = libc.address(this.#iovMemory);
    for (let i = 0; i < count; i++) {
      const header = i * HEADER_WORDS;
      if (addressed) {
        this.#setPointer(this.#headers, header + NAME, names + BigInt(i * SOCKADDR_LENGTH));
        const at = control + BigInt(i * CONTROL_LENGTH_MAX);
        this.#setPointer(this.#headers, header + CONTROL, at);
      }
      this.#setPointer(this.#headers, header + IOV, iov + BigInt(i * IOV_WORDS * 4));
      this.#headers[header + IOV_COUNT] = 1;
      this.pointAtOwn(i);
    }
    this.#views = Array.from(
      { length: count },
      (_, i) => new Uint8Array(this.octets.buffer, i * size, size),
    );
  }

  /** The memory of message `index`. */
  view(index: number): Uint8Array {
    return this.#views[index]!;
  }

  /** Makes all messages ready to be received into. */
  prepareReceive(nameLength: number, controlLength: number): void {
    const headers = this.#headers;
    for (let i = 0, header = 0; i < this.count; i++, header += HEADER_WORDS) {
      headers[header + NAME_LENGTH] = nameLength;
      headers[header + CONTROL_LENGTH] = controlLength;
      this.#iov[i * IOV_WORDS + IOV_LENGTH] = this.size;
    }
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

  /** What message `index` sends: `length` octets of its own memory. */
  pointAtOwn(index: number): void {
    this.#setPointer(
      this.#iov,
      index * IOV_WORDS + IOV_BASE,
      this.#base + BigInt(index * this.size),
    );
  }

  /** What message `index` sends: octets of message `from` of another batch. */
  pointAt(index: number, batch: MessageBatch, from: number): void {
    const at = index * IOV_WORDS + IOV_BASE;
    const source = from * IOV_WORDS + IOV_BASE;
    this.#iov[at] = batch.#iov[source]!;
    this.#iov[at + 1] = batch.#iov[source + 1]!;
  }

  setLength(index: number, length: number): void {
    this.#iov[index * IOV_WORDS + IOV_LENGTH] = length;
  }

  setNameLength(index: number, length: number): void {
    this.#headers[index * HEADER_WORDS + NAME_LENGTH] = length;
  }

  setControlLength(index: number, length: number): void {
    this.#headers[index * HEADER_WORDS + CONTROL_LENGTH] = length;
  }

  /** The headers from message `index` on. */
  headersFrom(index: number): Memory {
    return index === 0 ? this.headers : this.headers.subarray(index * HEADER_WORDS * 4);
  }

  #setPointer(words: Uint32Array, at: number, pointer: bigint): void {
    words[at] = Number(pointer & 0xffffffffn);
    words[at + 1] = Number(pointer >> 32n);
  }
}
