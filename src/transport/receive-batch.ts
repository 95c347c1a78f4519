/** Datagrams that one recvmmsg takes. */

import { CONTROL_LENGTH_MAX } from './control-message.ts';
import { allocate, type Libc, type Memory, MSG_DONTWAIT } from './libc.ts';
import { MessageHeaders } from './message-headers.ts';
import { SOCKADDR_LENGTH } from './socket-address.ts';

/**
 * Octets between messages: if they began at multiples of a power of two, their beginnings, which
 * are all that is read of most, would share a few lines of the processor's caches.
 */
const GAP = 320;

export interface BatchShape {
  /** Messages of a call. */
  readonly count: number;
  /** Octets of a message; memory is used only for as many as come. */
  readonly size: number;
  /** Octets of the address of each: 0 on a connected socket. */
  readonly nameLength: number;
  /** Octets of the control messages of each. */
  readonly controlLength: number;
}

/** Messages with their addresses, in memory that stays where it is. */
export class ReceiveBatch {
  /** Where each message comes from, SOCKADDR_LENGTH octets each. */
  readonly names: Memory;
  /** Control messages, CONTROL_LENGTH_MAX octets for each message. */
  readonly control: Memory;
  readonly #shape: BatchShape;
  readonly #headers: MessageHeaders;
  readonly #octets: Memory;
  readonly #address: number;
  readonly #views: readonly Uint8Array[];
  /** From the beginning of one message to that of the next. */
  readonly #stride: number;
  /** Messages from the first on whose headers the kernel has written to. */
  #used: number;

  constructor(libc: Libc, shape: BatchShape) {
    const { count, size, nameLength } = shape;
    this.#shape = shape;
    this.#used = count;
    this.#stride = size + GAP;
    this.#octets = allocate(count * this.#stride);
    this.names = allocate(count * SOCKADDR_LENGTH);
    this.control = allocate(count * CONTROL_LENGTH_MAX);
    this.#headers = new MessageHeaders(libc, count);
    this.#address = libc.address(this.#octets);
    const names = libc.address(this.names);
    const control = libc.address(this.control);
    for (let i = 0; i < count; i++) {
      if (nameLength > 0) this.#headers.setName(i, names + i * SOCKADDR_LENGTH, nameLength);
      this.#headers.setControl(i, control + i * CONTROL_LENGTH_MAX, 0);
      this.#headers.setVectors(i, i, 1);
      this.#headers.setVector(i, this.addressOf(i), size);
    }
    this.#views = Array.from(
      { length: count },
      (_, i) => new Uint8Array(this.#octets.buffer, i * this.#stride, size),
    );
  }

  /** Takes what has come; returns how many, or -1 with an errno. */
  receive(libc: Libc, fd: number): number {
    for (let i = 0; i < this.#used; i++) this.#headers.prepareReceive(i, this.#shape);
    const { count } = this.#shape;
    const received = libc.recvmmsg(fd, this.#headers.from(0), count, MSG_DONTWAIT, null);
    this.#used = Math.max(0, received);
    return received;
  }

  /** The memory of message `index`. */
  view(index: number): Uint8Array {
    return this.#views[index]!;
  }

  /** Where this memory begins. */
  addressOf(index: number): number {
    return this.#address + index * this.#stride;
  }

  /** Octets that were received into a message. */
  lengthOf(index: number): number {
    return this.#headers.lengthOf(index);
  }

  /** Whether more came than there was room for. */
  isTruncated(index: number): boolean {
    return this.#headers.isTruncated(index);
  }

  controlLengthOf(index: number): number {
    return this.#headers.controlLengthOf(index);
  }
}
