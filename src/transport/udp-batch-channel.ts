/** UDP sockets to upstreams, read and written in batches (Linux). */

import { check, enlargeBuffers, openSocket, sendAll } from './batch-socket.ts';
import { allocate, EAGAIN, EINTR, type Libc, MSG_DONTWAIT } from './libc.ts';
import { MessageBatch } from './message-batch.ts';
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
  readonly #incoming: MessageBatch;
  readonly #outgoing: MessageBatch;
  #waiting = 0;

  /** `incoming` is shared by channels that are read in turn. Throws a SystemError. */
  constructor(libc: Libc, number: number, address: SocketAddress, incoming: MessageBatch) {
    this.#libc = libc;
    this.number = number;
    this.#incoming = incoming;
    this.#outgoing = new MessageBatch(libc, { count: BATCH, size: QUESTION, addressed: false });
    this.fd = openSocket(libc, address.family);
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
    if (this.#waiting === BATCH) this.flush();
    const index = this.#waiting++;
    this.#outgoing.view(index).set(octets.subarray(0, length));
    this.#outgoing.setLength(index, length);
  }

  /** A query that the kernel does not take is like one that is lost: its timeout sees to it. */
  flush(): void {
    if (this.#waiting === 0) return;
    sendAll(this.#libc, this.fd, this.#outgoing, this.#waiting);
    this.#waiting = 0;
  }

  /** Takes what has come, up to a batch; returns how many, or minus the errno of a failure. */
  receive(onDatagram: (octets: Uint8Array, length: number) => void): number {
    this.#incoming.prepareReceive(0, 0);
    const { headers } = this.#incoming;
    const count = this.#libc.recvmmsg(this.fd, headers, BATCH, MSG_DONTWAIT, null);
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
