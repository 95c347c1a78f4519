/** A decision log on disk, in several files as a rotation leaves them. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { LogIndexes } from '../../src/logs/indexing.ts';
import { type SearchPage, searchLog } from '../../src/logs/search.ts';

export const NOW: number = Date.UTC(2026, 10, 20, 23);

export interface WrittenLog {
  readonly folder: string;
  readonly path: string;
  close(): void;
}

/** The record number `i`, as a server writes it: a second each, eight clients, many names. */
export function recordLine(i: number, fields: object = {}): string {
  const record = {
    level: 40,
    time: new Date(NOW - 3_600_000 + i * 1000).toISOString(),
    event: 'refused',
    ref: `k3f9x-${i}`,
    client: `10.0.${i % 4}.${i % 8}`,
    group: i % 2 === 0 ? 'office' : 'vpn',
    transport: 'udp',
    view: 'default',
    qname: `host${i}.${i % 3 === 0 ? 'example.com' : 'example.net'}.`,
    qtype: 'A',
    rcode: 'REFUSED',
    layer: i % 5 === 0 ? 'policy' : 'acl',
    rule: { id: i % 5 === 0 ? 'house/*.example' : 'acl.query 0.0.0.0/0', file: 'a.yaml', line: 4 },
    ...fields,
  };
  return JSON.stringify(record);
}

/** Files from their lines, by what stands behind `decisions.log` in their names. */
export function writeLog(files: Readonly<Record<string, readonly string[]>>): WrittenLog {
  const folder = mkdtempSync(join(tmpdir(), 'rcode5-search-'));
  const path = join(folder, 'decisions.log');
  for (const [suffix, lines] of Object.entries(files)) {
    const text = lines.map((line) => `${line}\n`).join('');
    writeFileSync(path + suffix, suffix.endsWith('.gz') ? gzipSync(text) : text);
  }
  return { folder, path, close: () => rmSync(folder, { recursive: true }) };
}

/** All pages of a search, and the refs of what was found. */
export async function searchAll(
  log: string,
  options: Readonly<Record<string, string>>,
  { limit = 1000, indexes = new LogIndexes(log), budget = 1e9 } = {},
): Promise<{ readonly refs: readonly string[]; readonly pages: readonly SearchPage[] }> {
  const pages: SearchPage[] = [];
  let cursor: string | undefined;
  do {
    pages.push(await searchLog(log, indexes, { options, now: NOW, limit, cursor, budget }));
    cursor = pages.at(-1)!.next;
  } while (cursor !== undefined);
  const lines = pages.flatMap((page) => page.lines);
  return { refs: lines.map((line) => JSON.parse(line).ref), pages };
}
