/**
 * Gives memory back to the system that threads have freed. The C library keeps it, in pieces that
 * large answers do not fit into when others of another length have gone: by and by as much as the
 * cache has, and more.
 */

import { trimHeap } from '../transport/libc.ts';

/** Octets that the process has grown by since the last time, so that looking is worthwhile. */
const WORTHWHILE = 8 << 20;

export class HeapTrimming {
  readonly #resident: () => number;
  readonly #trim: () => void;
  #trimmedTo: number;

  constructor(resident: () => number = residentSize, trim: () => void = trimHeap) {
    this.#resident = resident;
    this.#trim = trim;
    this.#trimmedTo = resident();
  }

  /** To be called now and then. */
  look(): void {
    const resident = this.#resident();
    this.#trimmedTo = Math.min(this.#trimmedTo, resident);
    if (resident < this.#trimmedTo + WORTHWHILE) return;
    this.#trim();
    this.#trimmedTo = this.#resident();
  }
}

/** Octets; 0 where there is no /proc, and nothing is trimmed. */
function residentSize(): number {
  try {
    return process.memoryUsage.rss();
  } catch {
    return 0;
  }
}
