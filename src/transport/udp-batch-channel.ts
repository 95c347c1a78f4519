/** UDP sockets to upstreams, read and written in batches (Linux). */

import { check, enlargeBuffers, openSocket } from './batch-socket.ts';
import { allocate, EAGAIN, EINTR, type Libc } from './libc.ts';
import type { ReceiveBatch } from './receive-batch.ts';
import { SendQueue } from './send-queue.ts';
import { formatSocketAddress, type SocketAddress } from './socket-address.ts';
import { BATCH } from './udp-batch.ts';

/** Octets of a query that goes with others; a longer one goes by itself. */
const QUESTION = 512;

/** A UDP socket that speaks with one upstream from one port. */
export class BatchChannel {
  readonly fd: number;
  readonly number: number;
  /** Queries that left by it. */
  sent = 0;
  readonly #libc: Libc;
  readonly #incoming: ReceiveBatch;
  readonly #outgoing: SendQueue;

  /** `incoming` is shared by channels that are read in turn. Throws a SystemError. */
  constructor(libc: Libc, number: number, address: SocketAddress, incoming: ReceiveBatch) {
    this.#libc = libc;
    this.number = number;
    this.#incoming = incoming;
    this.fd = openSocket(libc, address.family);
    const shape = { count: BATCH, size: QUESTION, nameLength: 0, controlLength: 0 };
    this.#outgoing = new SendQueue(libc, this.fd, shape);
    enlargeBuffers(libc, this.fd);
    const memory = formatSocketAddress(address);
    try {
      check(libc, 'connect', libc.connect(this.fd, memory, memory.length));
    } catch (error) {
      libc.close(this.fd);
      throw error;
    }
  }

  /** Puts a query on its way; it leaves with the next `flush`. The octets are not kept. */
  send(octets: Uint8Array, length: number): void {
    this.sent++;
    if (length > QUESTION) {
      const memory = allocate(length);
      memory.set(octets.subarray(0, length));
      this.#libc.write(this.fd, memory, length);
      return;
    }
    if (this.#outgoing.isFull) this.flush();
    this.#outgoing.push(octets, length);
  }

  /** A query that the kernel does not take is like one that is lost: its timeout sees to it. */
  flush(): void {
    this.#outgoing.flush();
  }

  /** Takes what has come, up to a batch; returns how many, or minus the errno of a failure. */
  receive(onDatagram: (octets: Uint8Array, length: number) => void): number {
    const count = this.#incoming.receive(this.#libc, this.fd);
    if (count < 0) {
      const errno = this.#libc.errno();
      return errno === EAGAIN || errno === EINTR ? 0 : -errno;
    }
    for (let i = 0; i < count; i++) {
      if (!this.#incoming.isTruncated(i)) {
        onDatagram(this.#incoming.view(i), this.#incoming.lengthOf(i));
      }
    }
    return count;
  }

  close(): void {
    this.#libc.close(this.fd);
  }
}
