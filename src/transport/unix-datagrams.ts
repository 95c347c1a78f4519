/** Datagrams to a socket of the system, like /dev/log: Node has none of these by itself. */

import { check, SystemError } from './batch-socket.ts';
import {
  AF_UNIX,
  allocate,
  EAGAIN,
  EMSGSIZE,
  ENOBUFS,
  type Libc,
  type Memory,
  SOCK_DGRAM_NONBLOCK,
} from './libc.ts';

/** `struct sockaddr_un`: a family and a path that ends with a zero. */
const PATH_AT = 2;
const MOST_PATH = 107;
const FIRST_LENGTH = 1 << 16;

export class UnixDatagrams {
  readonly #libc: Libc;
  readonly #fd: number;
  #memory: Memory = allocate(FIRST_LENGTH);

  /** A path, or `@` and an abstract name (unix(7)). Throws when there is no such socket, or nobody reads it. */
  constructor(libc: Libc, path: string) {
    this.#libc = libc;
    const octets = Buffer.from(path);
    if (octets.length > MOST_PATH) {
      throw new Error(`the path of a socket has ${MOST_PATH} octets at most`);
    }
    const isAbstract = path.startsWith('@');
    // An abstract name begins with a zero, and has all octets up to the end of the address.
    const address = allocate(PATH_AT + octets.length + (isAbstract ? 0 : 1));
    address.writeUInt16LE(AF_UNIX);
    octets.copy(address, PATH_AT);
    if (isAbstract) address[PATH_AT] = 0;
    this.#fd = check(libc, 'socket', libc.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK, 0));
    if (libc.connect(this.#fd, address, address.length) === 0) return;
    const errno = libc.errno();
    libc.close(this.#fd);
    throw new SystemError(`connect ${path}`, errno);
  }

  /** What became of a datagram: `later` when there is no room now. */
  send(octets: Buffer): 'sent' | 'later' | 'never' | 'gone' {
    if (octets.length > this.#memory.length) this.#memory = allocate(octets.length);
    octets.copy(this.#memory);
    if (this.#libc.write(this.#fd, this.#memory, octets.length) >= 0) return 'sent';
    const errno = this.#libc.errno();
    if (errno === EAGAIN || errno === ENOBUFS) return 'later';
    return errno === EMSGSIZE ? 'never' : 'gone';
  }

  close(): void {
    this.#libc.close(this.#fd);
  }
}
