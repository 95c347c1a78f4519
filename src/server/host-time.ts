/** Time on a host that others use too: how much of it this process can have had. */

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { now } from '../clock.ts';

/** `0.20 0.18 0.12 3/184 13833`: three of 184 threads run or wait for a CPU. */
const RUNNABLE = /^(?:\S+ ){3}(\d+)\//;

export interface HostTime {
  /** Milliseconds. */
  now(): number;
  /** The part of a CPU that a thread gets at present which could use all of one: up to 1. */
  cpuShare(): number;
  /** Calls `look` every so many milliseconds until the returned function is called. */
  every(milliseconds: number, look: () => void): () => void;
  /** Calls `act` once; the process does not stay for that. */
  after(milliseconds: number, act: () => void): void;
}

/** The share of one of the threads that are runnable by the text of /proc/loadavg. */
export function shareOf(loadavg: string, cpus: number): number {
  const runnable = Number(RUNNABLE.exec(loadavg)?.[1] ?? 0);
  return runnable <= cpus ? 1 : cpus / runnable;
}

export const thisHost: HostTime = {
  now,
  cpuShare() {
    try {
      return shareOf(readFileSync('/proc/loadavg', 'utf8'), availableParallelism());
    } catch {
      // A sandbox may hide it.
      return 1;
    }
  },
  every(milliseconds, look) {
    const timer = setInterval(look, milliseconds);
    return () => clearInterval(timer);
  },
  after(milliseconds, act) {
    setTimeout(act, milliseconds).unref();
  },
};
