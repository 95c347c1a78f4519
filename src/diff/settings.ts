/** What differs between configurations besides their decisions on queries. */

import type { Config } from '../config/config.ts';
import type { Entry } from '../config/kind.ts';

/** What is compared by queries, group by group, or is no setting. */
type Other = 'views' | 'policies' | 'upstreams' | 'file' | 'start' | 'listensByDefault';

/** Sections that decide on no query by themselves. */
const SECTIONS: Readonly<Record<Exclude<keyof Config, Other>, true>> = {
  node: true,
  listen: true,
  admin: true,
  threads: true,
  clientGroups: true,
  rateLimit: true,
  cookies: true,
  cache: true,
  ede: true,
  structuredErrors: true,
  infoUrl: true,
  decisionLog: true,
  assertions: true,
  watch: true,
  tsigKeys: true,
};
const NAMES = Object.keys(SECTIONS) as (keyof typeof SECTIONS)[];

/** The keys that differ: `rateLimit`, `upstreams.corp`. */
export function changedSettings(before: Config, after: Config): readonly string[] {
  const sections = NAMES.filter((key) => content(before[key]) !== content(after[key]));
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
