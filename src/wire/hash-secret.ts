/**
 * The key of the tables that are filled with what clients and lists choose: whoever does not know
 * it cannot choose what falls into one place. It is made anew by each process, and all of its
 * threads have the same one: tables of names are filled by one thread and read by the others.
 */

import { randomFillSync } from 'node:crypto';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** What a thread gets from the one that starts it, and hands on to those that it starts. */
const NAME = 'rcode5 hash secret';
const WORDS = 2;

function secret(): Int32Array {
  const inherited = getEnvironmentData(NAME);
  if (inherited instanceof Int32Array) return inherited;
  const words = randomFillSync(new Int32Array(WORDS));
  setEnvironmentData(NAME, words);
  return words;
}

/** Two words of 32 bits. */
export const HASH_SECRET: Int32Array = secret();
