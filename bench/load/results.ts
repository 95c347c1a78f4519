/** bench/RESULTS.md: the newest tables of every work. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE: string = join(import.meta.dirname, '..', 'RESULTS.md');

const ABOUT = `# rcode5 against others

Written by \`npm run bench:load\`. The same work for all, in turn, in one run: each server with one thread
on a core of its own, [dnsperf](https://www.dns-oarc.net/tools/dnsperf) on another, all over loopback.
Medians of several measurements. CPU is the user and system time of the server's process, its threads
and its children, divided by the queries that were answered. Wrong answers, lost queries, and log lines
that are missing put a server out. Compare numbers within a table; the ratios are what holds elsewhere.`;

/** A work's part of the page, begun by its heading. */
export interface Section {
  readonly name: string;
  readonly text: string;
}

/** Writes new sections in place of old ones of the same name; the others stay as they are. */
export function writeResults(machine: string, order: readonly string[], fresh: Section[]): string {
  writeFileSync(FILE, mergeResults({ old: read(), machine, order, fresh }));
  return FILE;
}

export function mergeResults(of: {
  old: string;
  machine: string;
  order: readonly string[];
  fresh: readonly Section[];
}): string {
  const sections = new Map(splitSections(of.old).map(({ name, text }) => [name, text]));
  for (const { name, text } of of.fresh) sections.set(name, text);
  const parts = of.order.flatMap((name) => {
    const text = sections.get(name);
    return text === undefined ? [] : [`## ${name}\n\n${text.trim()}`];
  });
  return `${[ABOUT, `Last run on:\n\n${of.machine}`, ...parts].join('\n\n')}\n`;
}

function splitSections(text: string): Section[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return { name: part.slice(0, end).trim(), text: part.slice(end + 1) };
    });
}

function read(): string {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return '';
  }
}
