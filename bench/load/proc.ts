/** What the kernel knows of a process and its children: time on a CPU, memory (proc(5)). */

import { readdirSync, readFileSync } from 'node:fs';

/** The unit of times in /proc/PID/stat, the same on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;
/** Where user and system time stand behind the name of the program, which may hold blanks. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;
const KIB = 1024;

export interface Memory {
  /** Bytes resident now. */
  readonly resident: number;
  /** The most that ever were. */
  readonly peak: number;
}

/** Seconds of CPU that a process, its threads and its living children have taken. */
export function cpuSeconds(pid: number): number {
  const ticks = family(pid).map((one) => {
    const stat = read(`/proc/${one}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[USER_TIME] ?? 0) + Number(fields[SYSTEM_TIME] ?? 0);
  });
  return sum(ticks) / TICKS_PER_SECOND;
}

/**
 * The same of the threads there are, to the nanosecond (schedstat): a tick is too coarse to tell
 * a server with little to do from one with nothing.
 */
export function runSeconds(pid: number): number {
  return sum(family(pid).flatMap((one) => [...threadSeconds(one).values()]));
}

/** The same of each thread of one process, by its ID. */
export function threadSeconds(pid: number): ReadonlyMap<string, number> {
  const seconds = threadsOf(pid).map((thread) => {
    const nanoseconds = Number.parseInt(read(`/proc/${pid}/task/${thread}/schedstat`), 10);
    return [thread, nanoseconds / 1e9] as const;
  });
  return new Map(seconds.filter(([, time]) => Number.isFinite(time)));
}

export function memoryOf(pid: number): Memory {
  const statuses = family(pid).map((one) => read(`/proc/${one}/status`));
  const total = (key: string) =>
    sum(statuses.map((text) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0)));
  return { resident: total('VmRSS') * KIB, peak: total('VmHWM') * KIB };
}

/** A process and all that descend from it. */
function family(pid: number): number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(family)];
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Empty when the process or thread has ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
