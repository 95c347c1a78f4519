/** What data threads need; without it they are not started. */

import type { Logger } from '../log.ts';
import { type Libc, loadLibc } from '../transport/libc.ts';

/** The C library; without it, the main thread serves datagrams too. */
export function libcForThreads(log: Logger): Libc | undefined {
  const libc = loadLibc();
  if (typeof libc !== 'string') return libc;
  log.warn(`no data threads, all is served by one: ${libc}`);
  return undefined;
}
