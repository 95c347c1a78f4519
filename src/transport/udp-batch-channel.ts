/** UDP sockets to upstreams, read and written in batches (Linux). */

import { check, enlargeBuffers, openSocket } from './batch-socket.ts';
import { allocate, EAGAIN, EINTR, EIO, EMSGSIZE, ENOBUFS, type Libc } from './libc.ts';
import type { Port } from './port-pool.ts';
import type { ReceiveBatch } from './receive-batch.ts';
import { SendQueue } from './send-queue.ts';
import { formatSocketAddress, type SocketAddress } from './socket-address.ts';
import { BATCH } from './udp-batch.ts';

/** Octets of a query that goes with others; a longer one goes by itself. */
const QUESTION = 512;
/** What is of the moment, or of one datagram, and not of the socket. */
const TRANSIENT: ReadonlySet<number> = new Set([0, EAGAIN, EINTR, ENOBUFS, EMSGSIZE, EIO]);

/** What a thread that polls knows of a socket. */
export interface PolledSocket {
  readonly number: number;
  readonly openedAt: number;
  /** Called when it is closed, however that came about: it must not be polled any more. */
  readonly closed: () => void;
}

/** A UDP socket to one upstream from one port. */
export class BatchChannel implements Port {
  readonly fd: number;
  readonly number: number;
  readonly openedAt: number;
  heardAt: number;
  sent = 0;
  /** Why the kernel did not take a query since the last `flush`; 0 when it took all. */
  #errno = 0;
  readonly #closed: () => void;
  readonly #libc: Libc;
  readonly #incoming: ReceiveBatch;
  readonly #outgoing: SendQueue;

  /** `incoming` is shared by channels that are read in turn. Throws a SystemError. */
  constructor(
    libc: Libc,
    { number, openedAt, closed }: PolledSocket,
    address: SocketAddress,
    incoming: ReceiveBatch,
  ) {
    this.#libc = libc;
    this.number = number;
    this.#closed = closed;
    this.openedAt = openedAt;
    this.heardAt = openedAt;
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
      if (this.#libc.write(this.fd, memory, length) < 0) this.#failed(this.#libc.errno());
      return;
    }
    if (this.#outgoing.isFull) this.#flush();
    this.#outgoing.push(octets, length);
  }

  /**
   * Sends what was put on its way. Returns an errno when the kernel did not take all of it; a
   * query for which only its buffer had no room is like one that is lost.
   */
  flush(): number {
    if (this.#outgoing.length > 0) this.#flush();
    const errno = this.#errno;
    this.#errno = 0;
    return errno;
  }

  #flush(): void {
    if (this.#outgoing.flush() > 0) this.#failed(this.#outgoing.errno);
  }

  #failed(errno: number): void {
    if (!TRANSIENT.has(errno)) this.#errno = errno;
  }

  /**
   * Takes what has come by `now`, up to a batch; returns how many, or minus the errno of a
   * failure.
   */
  receive(now: number, onDatagram: (octets: Uint8Array, length: number) => void): number {
    const count = this.#incoming.receive(this.#libc, this.fd);
    if (count < 0) {
      const errno = this.#libc.errno();
      return errno === EAGAIN || errno === EINTR ? 0 : -errno;
    }
    if (count > 0) this.heardAt = now;
    for (let i = 0; i < count; i++) {
      onDatagram(this.#incoming.view(i), this.#incoming.lengthOf(i));
    }
    return count;
  }

  close(): void {
    this.#libc.close(this.fd);
    this.#closed();
  }
}
