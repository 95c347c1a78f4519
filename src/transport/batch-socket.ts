/** What batch sockets are made with. */

import { constants } from 'node:os';
import {
  AF_INET,
  AF_INET6,
  allocate,
  type Libc,
  type Memory,
  SO_RCVBUF,
  SO_SNDBUF,
  SOCK_DGRAM_NONBLOCK,
  SOL_SOCKET,
} from './libc.ts';

/** Room in the kernel for bursts, in bytes. */
const SOCKET_BUFFER = 4 << 20;

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
