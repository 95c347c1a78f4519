/** The names that are asked for. */

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';

/** The upstream's zone: any name in it has an address. */
export const ZONE = 'example.com';
/** Below it answers have a TTL of 0: no cache keeps them. */
export const UNCACHED = `uncached.${ZONE}`;
/** Every server refuses what this client asks, where refusing is the work. */
export const REFUSED_CLIENT = '127.0.0.9';
export const CLIENT = '127.0.0.1';

/** Names that fit into any cache. */
const CACHED_COUNT = 1000;
/** So many that no two of them are under way at a time: servers ask but once for both. */
const UNCACHED_COUNT = 100_000;

export function writeCachedQueries(bench: Bench): string {
  return writeQueries(bench, { file: 'cached', count: CACHED_COUNT, name: cachedName });
}

export function writeUncachedQueries(bench: Bench): string {
  const name = (i: number) => `n${i}.${UNCACHED}`;
  return writeQueries(bench, { file: 'uncached', count: UNCACHED_COUNT, name });
}

export function cachedName(i: number): string {
  return `w${i % CACHED_COUNT}.${ZONE}`;
}

/** Writes questions for addresses as dnsperf reads them; once for each file. */
export function writeQueries(
  { folder }: Bench,
  { file, count, name }: { file: string; count: number; name: (i: number) => string },
): string {
  const path = join(folder, `${file}.queries`);
  if (existsSync(path)) return path;
  const lines = Array.from({ length: count }, (_, i) => `${name(i)} A\n`);
  writeFileSync(path, lines.join(''));
  return path;
}
