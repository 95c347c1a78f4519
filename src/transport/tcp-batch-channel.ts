/** A TCP connection to an upstream for a thread that blocks in poll (Linux). */

import { check } from './batch-socket.ts';
import { FrameReader, frame } from './frames.ts';
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

const READ_LENGTH = 1 << 16;

/** What came of looking at the connection. */
export type StreamState = 'open' | 'closed' | { readonly errno: number };

export class BatchStream {
  readonly fd: number;
  readonly number: number;
  readonly #libc: Libc;
  readonly #frames: FrameReader = new FrameReader();
  readonly #read: Memory = allocate(READ_LENGTH);
  #unsent: Memory[] = [];
  #isConnected = false;

  /** Begins to connect. Throws a SystemError. */
  constructor(libc: Libc, number: number, address: SocketAddress) {
    this.#libc = libc;
    this.number = number;
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
    return this.#isConnected && this.#unsent.length === 0 ? POLLIN : POLLIN | POLLOUT;
  }

  /** Sends as soon as the connection takes it. The octets are not kept. */
  send(octets: Uint8Array, length: number): void {
    const framed = frame(octets, length);
    const memory = allocate(framed.length);
    memory.set(framed);
    this.#unsent.push(memory);
    if (this.#isConnected) this.#write();
  }

  /** Does what `revents` of poll allow; `onMessage` is called for each whole message. */
  handle(revents: number, onMessage: (octets: Buffer) => void): StreamState {
    if ((revents & (POLLERR | POLLHUP)) !== 0 && (revents & POLLIN) === 0) {
      return { errno: this.#error() };
    }
    if ((revents & POLLOUT) !== 0) {
      this.#isConnected = true;
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
    while (this.#unsent.length > 0) {
      const memory = this.#unsent[0]!;
      const written = this.#libc.write(this.fd, memory, memory.length);
      // What is wrong with the connection, the next poll tells.
      if (written < 0) return;
      if (written === memory.length) this.#unsent.shift();
      else {
        const rest = allocate(memory.length - written);
        rest.set(memory.subarray(written));
        this.#unsent[0] = rest;
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
  }
}
