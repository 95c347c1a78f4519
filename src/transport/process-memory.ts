/** The memory of this process, as the system counts it. What the system's C library does not have is left alone. */

import { readFileSync, realpathSync } from 'node:fs';
import { loadCalls } from './libc.ts';

/** Of <malloc.h>. */
const M_MMAP_THRESHOLD = -3;
/** Octets from which on a block has pages of its own: the default, which glibc would raise with each one that is freed. */
const LARGE = 128 << 10;
/** Of <sys/mman.h>. */
const MADV_DONTNEED = 4;

/** Of glibc: malloc_trim(3), mallopt(3). */
interface Malloc {
  malloc_trim(padding: number): number;
  mallopt(parameter: number, value: number): number;
}

interface Pages {
  madvise(address: number, length: number, advice: number): number;
}

/** Pages that follow each other, by their addresses. */
export interface Range {
  readonly start: number;
  readonly length: number;
}

let malloc: Malloc | string | undefined;

function loadMalloc(): Malloc | undefined {
  malloc ??= loadCalls<Malloc>({
    malloc_trim: 'int malloc_trim(size_t)',
    mallopt: 'int mallopt(int, int)',
  });
  return typeof malloc === 'string' ? undefined : malloc;
}

/** Gives memory that was freed back to the system, of all threads; it may be kept for later uses otherwise. */
export function trimHeap(): void {
  loadMalloc()?.malloc_trim(0);
}

/**
 * Has large blocks always be pages of their own, for all threads: those that nothing is written to take no memory, and
 * those that are freed are given back.
 */
export function separateLargeBlocks(): void {
  loadMalloc()?.mallopt(M_MMAP_THRESHOLD, LARGE);
}

/**
 * Gives back the pages of the program's own file: most of what was read of it was needed by the start alone. They are in
 * the system's cache of files, from where they come back when they are needed.
 */
export function releaseProgramPages(): void {
  if (process.platform !== 'linux') return;
  const calls = loadCalls<Pages>({ madvise: 'int madvise(uintptr_t, size_t, int)' });
  if (typeof calls === 'string') return;
  const maps = readFileSync('/proc/self/smaps', 'utf8');
  for (const { start, length } of findCleanPages(maps, realpathSync(process.execPath))) {
    calls.madvise(start, length, MADV_DONTNEED);
  }
}

/** The mappings of a file that are as in the file, by the text of /proc/PID/smaps (proc(5)): none of their pages was written to. */
export function findCleanPages(smaps: string, file: string): Range[] {
  const found: Range[] = [];
  for (const mapping of smaps.split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/)) {
    const [, from, to, path] =
      /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ \S+ +(.*)\n/.exec(mapping) ?? [];
    const anonymous = /^Anonymous: +(\d+) kB$/m.exec(mapping)?.[1];
    if (path !== file || anonymous !== '0') continue;
    const start = Number.parseInt(from!, 16);
    found.push({ start, length: Number.parseInt(to!, 16) - start });
  }
  return found;
}
