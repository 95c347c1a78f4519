/** The octets of a TCP connection to an upstream, for a thread that blocks in poll (Linux). */

import { check } from './batch-socket.ts';
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

export class BatchConnection {
  readonly fd: number;
  /** The server has accepted it. */
  isMade = false;
  /** Octets that the kernel has not taken. */
  unsent = 0;
  readonly #libc: Libc;
  #waiting: Memory[] = [];

  /** Begins to connect. Throws a SystemError. */
  constructor(libc: Libc, address: SocketAddress) {
    this.#libc = libc;
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
    return this.isMade && this.#waiting.length === 0 ? POLLIN : POLLIN | POLLOUT;
  }

  /** Sends as soon as the connection takes it. The octets are not kept. */
  send(octets: Memory, length: number): void {
    let sent = 0;
    if (this.isMade && this.#waiting.length === 0) {
      // What is wrong with the connection, the next poll reports.
      sent = Math.max(0, this.#libc.write(this.fd, octets, length));
      if (sent === length) return;
    }
    const rest = allocate(length - sent);
    rest.set(octets.subarray(sent, length));
    this.#waiting.push(rest);
    this.unsent += rest.length;
  }

  /** Does what `revents` of poll allow; `onOctets` is called with what has come, for the call only. */
  handle(revents: number, onOctets: (octets: Memory, length: number) => void): StreamState {
    const isOver = (revents & (POLLERR | POLLHUP)) !== 0;
    if (isOver && (!this.isMade || (revents & POLLIN) === 0)) {
      const errno = this.#error();
      return errno === 0 ? 'closed' : { errno };
    }
    if ((revents & POLLOUT) !== 0) {
      this.isMade = true;
      this.#write();
    }
    return (revents & POLLIN) === 0 ? 'open' : this.#receive(onOctets);
  }

  close(): void {
    this.#libc.close(this.fd);
  }

  #receive(onOctets: (octets: Memory, length: number) => void): StreamState {
    incoming ??= allocate(READ_LENGTH);
    const count = this.#libc.read(this.fd, incoming, READ_LENGTH);
    if (count > 0) {
      onOctets(incoming, count);
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
}

/** Connections are read one after the other. */
let incoming: Memory | undefined;
