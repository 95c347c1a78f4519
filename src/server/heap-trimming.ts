/**
 * Gives memory back to the system that threads have freed, and what a start has left behind. The C
 * library keeps it, in pieces that large answers do not fit into when others of another length have
 * gone: by and by as much as the cache has, and more.
 */

import { collectAllGarbage } from '../load/release-memory.ts';
import { releaseProgramPages, trimHeap } from '../transport/process-memory.ts';

/** Octets that the process has grown by since the last time, so that looking is worthwhile. */
const WORTHWHILE = 8 << 20;
/** Looks in sequence at which there was hardly anything to do, until garbage is collected, and from there until all goes. */
const QUIET = 3;
const SETTLED = 2;
/** Milliseconds of CPU between two looks: a process that only looks takes less. */
const BUSY_MS = 50;

/** What is done to the process, and what is known of it. */
export interface HeapHost {
  /** Octets. */
  resident(): number;
  /** Milliseconds of CPU, since it has begun. */
  cpu(): number;
  trim(): void;
  collect(): void;
  releaseProgram(): void;
}

const THIS_PROCESS: HeapHost = {
  resident: residentSize,
  cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  trim: trimHeap,
  collect: collectAllGarbage,
  releaseProgram: releaseProgramPages,
};

/** The part of the data threads that collects their garbage. */
export interface Settled {
  settle(): void;
}

export class HeapTrimming {
  readonly #host: HeapHost;
  #trimmedTo: number;
  #cpu: number;
  #quiet = 0;
  #isCollected = false;
  #isSettled = false;

  constructor(host: HeapHost = THIS_PROCESS) {
    this.#host = host;
    this.#trimmedTo = host.resident();
    this.#cpu = host.cpu();
  }

  /** To be called now and then, with the data threads. */
  look(threads: Settled | undefined): void {
    const cpu = this.#host.cpu();
    const isQuiet = cpu - this.#cpu < BUSY_MS;
    this.#cpu = cpu;
    this.#quiet = isQuiet ? this.#quiet + 1 : 0;
    if (!this.#isCollected && this.#quiet === QUIET) {
      this.#isCollected = true;
      this.#quiet = 0;
      threads?.settle();
      this.#host.collect();
    } else if (this.#isCollected && !this.#isSettled && this.#quiet === SETTLED) {
      this.#isSettled = true;
      this.#trimmedTo = Number.NEGATIVE_INFINITY;
      this.#host.releaseProgram();
    }
    this.#trim();
  }

  #trim(): void {
    const resident = this.#host.resident();
    this.#trimmedTo = Math.min(this.#trimmedTo, resident);
    if (resident < this.#trimmedTo + WORTHWHILE) return;
    this.#host.trim();
    this.#trimmedTo = this.#host.resident();
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
