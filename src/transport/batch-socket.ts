/** What batch sockets are made with, and how a batch is sent. */

import { constants } from 'node:os';
import {
  AF_INET,
  AF_INET6,
  allocate,
  EAGAIN,
  EINTR,
  ENOBUFS,
  type Libc,
  type Memory,
  MSG_DONTWAIT,
  POLLFD_LENGTH,
  POLLOUT,
  SO_RCVBUF,
  SO_SNDBUF,
  SOCK_DGRAM_NONBLOCK,
  SOL_SOCKET,
} from './libc.ts';
import type { MessageBatch } from './message-batch.ts';

/** Room in the kernel for bursts, in bytes. */
const SOCKET_BUFFER = 4 << 20;
/** How often and how long a full send buffer is waited for. */
const SEND_TRIES = 3;
const SEND_WAIT_MS = 2;

/** A failed system call, with its errno. */
export class SystemError extends Error {
  /** `EADDRINUSE` and its like. */
  readonly code: string;

  constructor(call: string, errno: number) {
    const code = errorName(errno);
    super(`${call}: ${code}`);
    this.name = 'SystemError';
    this.code = code;
  }
}

/** The name of an errno: `ECONNREFUSED`. */
export function errorName(errno: number): string {
  const names = Object.entries(constants.errno);
  return names.find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
}

export function openSocket(libc: Libc, family: 4 | 6): number {
  const domain = family === 4 ? AF_INET : AF_INET6;
  return check(libc, 'socket', libc.socket(domain, SOCK_DGRAM_NONBLOCK, 0));
}

export function check(libc: Libc, call: string, result: number): number {
  if (result < 0) throw new SystemError(call, libc.errno());
  return result;
}

export function setOption(
  libc: Libc,
  fd: number,
  { level, name, value }: { level: number; name: number; value: number },
): void {
  const memory = allocate(4);
  memory.writeInt32LE(value, 0);
  check(libc, 'setsockopt', libc.setsockopt(fd, level, name, memory, 4));
}

export function setOptionBytes(libc: Libc, fd: number, name: number, value: Memory): void {
  check(libc, 'setsockopt', libc.setsockopt(fd, SOL_SOCKET, name, value, value.length));
}

/** A kernel that does not allow so much gives what it allows. */
export function enlargeBuffers(libc: Libc, fd: number): void {
  setOption(libc, fd, { level: SOL_SOCKET, name: SO_RCVBUF, value: SOCKET_BUFFER });
  setOption(libc, fd, { level: SOL_SOCKET, name: SO_SNDBUF, value: SOCKET_BUFFER });
}

/**
 * Sends the first `count` messages of a batch. A message that the kernel refuses (a firewall, a
 * vanished route) is passed over; a buffer that stays full loses what is left. Returns how many
 * were not sent.
 */
export function sendAll(libc: Libc, fd: number, batch: MessageBatch, count: number): number {
  let lost = 0;
  let tries = 0;
  for (let from = 0; from < count; ) {
    const sent = libc.sendmmsg(fd, batch.headersFrom(from), count - from, MSG_DONTWAIT);
    if (sent > 0) {
      from += sent;
      tries = 0;
      continue;
    }
    const errno = libc.errno();
    if ((errno === EAGAIN || errno === ENOBUFS || errno === EINTR) && ++tries <= SEND_TRIES) {
      libc.poll(writable(fd), 1, SEND_WAIT_MS);
    } else {
      lost++;
      from++;
    }
  }
  return lost;
}

function writable(fd: number): Memory {
  const descriptor = allocate(POLLFD_LENGTH);
  descriptor.writeInt32LE(fd, 0);
  descriptor.writeInt16LE(POLLOUT, 4);
  return descriptor;
}
