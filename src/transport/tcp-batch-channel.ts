/** A TCP connection to an upstream for a thread that blocks in poll (Linux). */

import { check } from './batch-socket.ts';
import { FrameReader, frame, MAX_FRAME } from './frames.ts';
import {
  AF_INET,
  AF_INET6,
  allocate,
  EAGAIN,
  EINPROGRESS,
  EINTR,
  type Libc,
  type Memory,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  SO_ERROR,
  SOCK_STREAM_NONBLOCK,
  SOL_SOCKET,
} from './libc.ts';
import { formatSocketAddress, type SocketAddress } from './socket-address.ts';
import type { Stream } from './stream-pool.ts';
import type { PolledSocket } from './udp-batch-channel.ts';

const READ_LENGTH = 1 << 16;

/** What came of looking at the connection. */
export type StreamState = 'open' | 'closed' | { readonly errno: number };

export class BatchStream implements Stream {
  readonly fd: number;
  readonly number: number;
  isConnected = false;
  /** Octets that the kernel has not taken. */
  unsent = 0;
  readonly #libc: Libc;
  readonly #frames: FrameReader = new FrameReader(MAX_FRAME);
  readonly #read: Memory = allocate(READ_LENGTH);
  #waiting: Memory[] = [];

  readonly #closed: () => void;

  /** Begins to connect. Throws a SystemError. */
  constructor(
    libc: Libc,
    { number, closed }: Pick<PolledSocket, 'number' | 'closed'>,
    address: SocketAddress,
  ) {
    this.#libc = libc;
    this.number = number;
    this.#closed = closed;
    const domain = address.family === 4 ? AF_INET : AF_INET6;
    this.fd = check(libc, 'socket', libc.socket(domain, SOCK_STREAM_NONBLOCK, 0));
    const memory = formatSocketAddress(address);
    const result = libc.connect(this.fd, memory, memory.length);
    if (result < 0 && libc.errno() !== EINPROGRESS) {
      libc.close(this.fd);
      check(libc, 'connect', result);
    }
  }

  /** The events to poll for. */
  get events(): number {
    return this.isConnected && this.#waiting.length === 0 ? POLLIN : POLLIN | POLLOUT;
  }

  /** Sends as soon as the connection takes it. The octets are not kept. */
  send(octets: Uint8Array, length: number): void {
    const framed = frame(octets, length);
    const memory = allocate(framed.length);
    memory.set(framed);
    this.#waiting.push(memory);
    this.unsent += memory.length;
    if (this.isConnected) this.#write();
  }

  /** Does what `revents` of poll allow; `onMessage` is called for each whole message. */
  handle(revents: number, onMessage: (octets: Buffer) => void): StreamState {
    const isOver = (revents & (POLLERR | POLLHUP)) !== 0;
    if (isOver && (!this.isConnected || (revents & POLLIN) === 0)) {
      const errno = this.#error();
      return errno === 0 ? 'closed' : { errno };
    }
    if ((revents & POLLOUT) !== 0) {
      this.isConnected = true;
      this.#write();
    }
    return (revents & POLLIN) === 0 ? 'open' : this.#receive(onMessage);
  }

  #receive(onMessage: (octets: Buffer) => void): StreamState {
    const count = this.#libc.read(this.fd, this.#read, READ_LENGTH);
    if (count > 0) {
      this.#frames.push(this.#read.subarray(0, count), onMessage);
      return 'open';
    }
    if (count === 0) return 'closed';
    const errno = this.#libc.errno();
    return errno === EAGAIN || errno === EINTR ? 'open' : { errno };
  }

  #write(): void {
    while (this.#waiting.length > 0) {
      const memory = this.#waiting[0]!;
      const written = this.#libc.write(this.fd, memory, memory.length);
      // What is wrong with the connection, the next poll reports.
      if (written < 0) return;
      this.unsent -= written;
      if (written === memory.length) this.#waiting.shift();
      else {
        const rest = allocate(memory.length - written);
        rest.set(memory.subarray(written));
        this.#waiting[0] = rest;
      }
    }
  }

  #error(): number {
    const value = allocate(4);
    const length = allocate(4);
    length.writeUInt32LE(4, 0);
    this.#libc.getsockopt(this.fd, SOL_SOCKET, SO_ERROR, value, length);
    return value.readInt32LE(0);
  }

  close(): void {
    this.#libc.close(this.fd);
    this.#closed();
  }
}
