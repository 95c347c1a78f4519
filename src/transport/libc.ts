/**
 * The system calls of the batch shell, from the C library that the program runs with (glibc or
 * musl). The door to koffi. Linux, 64 bits, little-endian: see `loadLibc`.
 */

import { createRequire } from 'node:module';
import { isExecutable, PROGRAM, readProgramFile } from '../program-files.ts';
import { layOut, libraryFolders } from './laid-out-library.ts';

type Koffi = typeof import('koffi');

/** Numbers of <sys/socket.h>, <netinet/in.h>, <poll.h>, <sys/eventfd.h>, <sys/file.h>, <errno.h>. */
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_DGRAM_NONBLOCK = 2 | 0x800;
export const SOCK_STREAM_NONBLOCK = 1 | 0x800;
export const SOL_SOCKET = 1;
export const SO_ERROR = 4;
export const SO_REUSEPORT = 15;
export const SO_RCVBUF = 8;
export const SO_SNDBUF = 7;
export const SO_ATTACH_REUSEPORT_CBPF = 51;
export const SO_MEMINFO = 55;
export const IPPROTO_IP = 0;
export const IPPROTO_IPV6 = 41;
export const SOL_UDP = 17;
export const UDP_SEGMENT = 103;
export const IP_PKTINFO = 8;
export const IPV6_V6ONLY = 26;
export const IPV6_RECVPKTINFO = 49;
export const IPV6_PKTINFO = 50;
export const MSG_DONTWAIT = 0x40;
export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 16;
export const LOCK_EX = 2;
export const LOCK_NB = 4;
/** Octets of `struct pollfd`. */
export const POLLFD_LENGTH = 8;
export const EFD_NONBLOCK = 0x800;
export const EPERM = 1;
export const EINTR = 4;
export const EIO = 5;
export const EAGAIN = 11;
export const EMSGSIZE = 90;
export const ENOBUFS = 105;
export const EINPROGRESS = 115;
export const ECONNREFUSED = 111;

/** Memory that C may write to: a Buffer whose ArrayBuffer is its own and never moves. */
export type Memory = Buffer;

/** System calls return -1 for an error, which `errno` then names. */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Memory, length: number): number;
  connect(fd: number, address: Memory, length: number): number;
  getsockname(fd: number, address: Memory, length: Memory): number;
  getsockopt(fd: number, level: number, name: number, value: Memory, length: Memory): number;
  setsockopt(fd: number, level: number, name: number, value: Memory, length: number): number;
  recvmmsg(fd: number, messages: Memory, count: number, flags: number, timeout: null): number;
  sendmmsg(fd: number, messages: Memory, count: number, flags: number): number;
  poll(descriptors: Memory, count: number, milliseconds: number): number;
  eventfd(initial: number, flags: number): number;
  read(fd: number, buffer: Memory, length: number): number;
  write(fd: number, buffer: Memory, length: number): number;
  close(fd: number): number;
  flock(fd: number, operation: number): number;
  usleep(microseconds: number): number;
  /** Ends the process at once, whatever its threads do. */
  _exit(code: number): void;
  if_nametoindex(name: string): number;
  errno(): number;
  /** Where the memory begins. */
  address(memory: Memory): number;
}

const SIGNATURES = {
  socket: 'int socket(int, int, int)',
  bind: 'int bind(int, const void *, uint32_t)',
  connect: 'int connect(int, const void *, uint32_t)',
  getsockname: 'int getsockname(int, void *, void *)',
  getsockopt: 'int getsockopt(int, int, int, void *, void *)',
  setsockopt: 'int setsockopt(int, int, int, const void *, uint32_t)',
  recvmmsg: 'int recvmmsg(int, void *, uint32_t, int, void *)',
  sendmmsg: 'int sendmmsg(int, void *, uint32_t, int)',
  poll: 'int poll(void *, unsigned long, int)',
  eventfd: 'int eventfd(unsigned int, int)',
  read: 'long read(int, void *, size_t)',
  write: 'long write(int, const void *, size_t)',
  close: 'int close(int)',
  flock: 'int flock(int, int)',
  usleep: 'int usleep(uint32_t)',
  _exit: 'void _exit(int)',
  if_nametoindex: 'uint32_t if_nametoindex(const char *)',
} as const;

/** The C library; a text is the reason why it cannot be used on this machine. */
export function loadLibc(): Libc | string {
  const { platform, arch } = process;
  if (platform !== 'linux') return `batched system calls are for Linux, not ${platform}`;
  if (arch !== 'x64' && arch !== 'arm64') return `batched system calls are not known on ${arch}`;
  return loadCalls<Libc>(SIGNATURES);
}

/**
 * Functions that the program and its libraries export, by their signatures in C, with `errno` and
 * `address`; a text is the reason why they cannot be called.
 */
export function loadCalls<T>(signatures: Readonly<Record<string, string>>): T | string {
  try {
    const koffi = loadKoffi();
    const library = koffi.load(null);
    const calls = Object.entries(signatures).map(([name, text]) => [name, library.func(text)]);
    return {
      ...Object.fromEntries(calls),
      errno: () => koffi.errno(),
      // Programs have addresses of fewer than 53 bits, on x64 and arm64.
      address: (memory: Memory) => Number(koffi.address(memory)),
    } as T;
  } catch (error) {
    const remedy = isExecutable ? '' : '; expect npm install without --omit=optional';
    return `koffi does not load: ${(error as Error).message.split('\n')[0]}${remedy}`;
  }
}

/** Not an import: on a platform without its binary, loading it throws. */
function loadKoffi(): Koffi {
  return isExecutable ? loadEmbedded() : (createRequire(import.meta.url)('koffi') as Koffi);
}

let embedded: { readonly koffi: Koffi; readonly file: string } | undefined;

/** The binary part alone: what the package adds to it in JavaScript are warnings of old names. */
function loadEmbedded(): Koffi {
  const uid = process.getuid!();
  embedded ??= layOut(
    readProgramFile(new URL('koffi.node', PROGRAM)),
    libraryFolders(process.env, uid),
    uid,
    (file) => {
      const module = { exports: {} };
      process.dlopen(module, file);
      return { koffi: module.exports as Koffi, file };
    },
  );
  return embedded.koffi;
}

/** Where the library of the single executable was laid, once it is loaded. */
export function laidOutLibrary(): string | undefined {
  return embedded?.file;
}

/** Memory of `length` octets, all zero. */
export function allocate(length: number): Memory {
  return Buffer.from(new ArrayBuffer(length));
}

/** What poll found out about descriptor number `index`. */
export function revents(descriptors: Memory, index: number): number {
  const at = index * POLLFD_LENGTH + 6;
  return descriptors[at]! | (descriptors[at + 1]! << 8);
}
