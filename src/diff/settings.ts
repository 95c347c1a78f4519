/** What differs between configurations besides what they say of queries. */

import type { Config } from '../config/config.ts';
import type { Entry } from '../config/kind.ts';

/** Sections that decide on no query by themselves. */
const SECTIONS = [
  'node',
  'listen',
  'admin',
  'threads',
  'clientGroups',
  'rateLimit',
  'cache',
  'ede',
  'decisionLog',
  'tsigKeys',
] as const;

/** The keys that differ: `rateLimit`, `upstreams.corp`. */
export function changedSettings(before: Config, after: Config): readonly string[] {
  const sections = SECTIONS.filter((key) => content(before[key]) !== content(after[key]));
  const groups = new Set([...before.upstreams, ...after.upstreams].map(({ key }) => key));
  const find = (entries: readonly Entry<unknown>[], name: string) =>
    content(entries.find(({ key }) => key === name)?.value);
  const upstreams = [...groups].filter(
    (name) => find(before.upstreams, name) !== find(after.upstreams, name),
  );
  return [...sections, ...upstreams.map((name) => `upstreams.${name}`)];
}

/** A value without the places where it stands. */
function content(value: unknown): string | undefined {
  return JSON.stringify(value, (key, part) => (key === 'place' ? undefined : part));
}
