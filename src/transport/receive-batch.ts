/** Datagrams that one recvmmsg takes. */

import { CONTROL_LENGTH_MAX } from './control-message.ts';
import { allocate, type Libc, type Memory, MSG_DONTWAIT } from './libc.ts';
import { MessageHeaders } from './message-headers.ts';
import { SOCKADDR_LENGTH } from './socket-address.ts';

/** Octets that an answer may need behind a message. */
const ROOM = 512;

export interface BatchShape {
  /** Messages of a call. */
  readonly count: number;
  /** Octets of a message. */
  readonly size: number;
  /** Octets of the address of each: 0 on a connected socket. */
  readonly nameLength: number;
  /** Octets of the control messages of each. */
  readonly controlLength: number;
  /** Octets of a message beyond `size`, for which memory is used only when they come. */
  readonly overflow?: number;
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
  /** What is longer than a view is put together here. */
  readonly #overflow: Memory;
  readonly #long: Uint8Array;

  constructor(libc: Libc, shape: BatchShape) {
    const { count, size, nameLength, overflow = 0 } = shape;
    this.#shape = shape;
    this.#octets = allocate(count * size);
    this.#overflow = allocate(count * overflow);
    this.#long = new Uint8Array(overflow === 0 ? 0 : size + overflow);
    this.names = allocate(count * SOCKADDR_LENGTH);
    this.control = allocate(count * CONTROL_LENGTH_MAX);
    const vectors = overflow === 0 ? 1 : 2;
    this.#headers = new MessageHeaders(libc, count, count * vectors);
    this.#address = libc.address(this.#octets);
    const rest = overflow === 0 ? 0 : libc.address(this.#overflow);
    const names = libc.address(this.names);
    const control = libc.address(this.control);
    for (let i = 0; i < count; i++) {
      if (nameLength > 0) this.#headers.setName(i, names + i * SOCKADDR_LENGTH, nameLength);
      this.#headers.setControl(i, control + i * CONTROL_LENGTH_MAX, 0);
      this.#headers.setVectors(i, i * vectors, vectors);
      this.#headers.setVector(i * vectors, this.addressOf(i), size);
      if (vectors > 1) this.#headers.setVector(i * vectors + 1, rest + i * overflow, overflow);
    }
    this.#views = Array.from(
      { length: count },
      (_, i) => new Uint8Array(this.#octets.buffer, i * size, size),
    );
  }

  /** Takes what has come; returns how many, or -1 with an errno. */
  receive(libc: Libc, fd: number): number {
    const { count } = this.#shape;
    for (let i = 0; i < count; i++) this.#headers.prepareReceive(i, this.#shape);
    return libc.recvmmsg(fd, this.#headers.from(0), count, MSG_DONTWAIT, null);
  }

  /** The memory of message `index`. */
  view(index: number): Uint8Array {
    return this.#views[index]!;
  }

  /** Message `index` with room behind it to be answered in; until the next one is asked for. */
  whole(index: number): Uint8Array {
    const { size, overflow = 0 } = this.#shape;
    if (overflow === 0 || this.lengthOf(index) <= size - ROOM) return this.view(index);
    const at = index * overflow;
    this.#long.set(this.view(index));
    this.#long.set(
      this.#overflow.subarray(at, at + Math.max(0, this.lengthOf(index) - size)),
      size,
    );
    return this.#long;
  }

  /** Where this memory begins. */
  addressOf(index: number): number {
    return this.#address + index * this.#shape.size;
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
