/**
 * How much memory the objects of a thread take. Answers come into the cache and leave it all the
 * time, and V8 by itself lets what has left grow to three times of what is there.
 */

import { setFlagsFromString } from 'node:v8';
import { separateLargeBlocks } from '../transport/process-memory.ts';

export const GROWTH_FLAG = '--heap-growing-percent';
/**
 * Garbage that may gather among older objects, in percent of those in use; and `gc`, for `collectGarbage`. Set before
 * anything is loaded and never changed: threads share them, and V8 takes no code that was compiled under others.
 */
export const SERVER_FLAGS = `${GROWTH_FLAG}=25 --expose-gc`;
/** MB for the objects of a data thread that are new; more of it saves no time. */
export const YOUNG_GENERATION_MB = 12;

/** For all threads of the process: garbage is collected earlier than V8 would, and blocks of C go back to the system. */
export function keepHeapsSmall(): void {
  setFlagsFromString(SERVER_FLAGS);
  separateLargeBlocks();
}
