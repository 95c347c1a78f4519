/**
 * The sockets of a thread, known outside of it. The kernel does not close them when the thread
 * ends by itself, since its process goes on: it would go on to give them datagrams.
 */

import type { Libc } from './libc.ts';

/** Sockets that are known at a time. */
const ROOM = 4096;
const FREE = 0;

export class OpenSockets {
  readonly shared: SharedArrayBuffer;
  /** A descriptor and one: 0 is free. */
  readonly #slots: Int32Array;

  /** New memory, or that of another thread. */
  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(ROOM * 4)) {
    this.shared = shared;
    this.#slots = new Int32Array(shared);
  }

  /** The same calls; sockets that are opened and closed by them are known here. */
  watch(libc: Libc): Libc {
    return {
      ...libc,
      socket: (family, type, protocol) => {
        const fd = libc.socket(family, type, protocol);
        if (fd >= 0) this.#replace(FREE, fd + 1);
        return fd;
      },
      close: (fd) => {
        this.#replace(fd + 1, FREE);
        return libc.close(fd);
      },
    };
  }

  /** Closes what is open; for a thread that has ended. */
  closeAll(libc: Libc): void {
    for (const [i, value] of this.#slots.entries()) {
      if (value === FREE) continue;
      this.#slots[i] = FREE;
      libc.close(value - 1);
    }
  }

  #replace(before: number, after: number): void {
    const slot = this.#slots.indexOf(before);
    if (slot >= 0) this.#slots[slot] = after;
  }
}
