/** What differs between configurations besides their decisions on queries. */

import type { Config } from '../config/config.ts';
import { contentWithSecrets } from '../config/content.ts';
import type { ViewConfig } from '../config/views.ts';

/** Where the configuration stands, and the value of another key of it. */
const NO_SETTINGS: readonly string[] = ['file', 'start', 'listensByDefault'];
/** What `changes.ts` compares by asking: the same decisions can be written in many ways. */
const COMPARED_BY_QUERIES: readonly string[] = ['policies'];
const COMPARED_IN_VIEWS: readonly string[] = ['clients', 'acl', 'routes', 'policies'];
/** Sections that are compared part by part. */
const IN_PARTS: readonly string[] = ['upstreams', 'views'];

/**
 * The keys that differ: `rateLimit`, `upstreams.corp`. Every section is compared but for those that
 * are named above: also one that came later.
 */
export function changedSettings(before: Config, after: Config): readonly string[] {
  const left = [...NO_SETTINGS, ...COMPARED_BY_QUERIES, ...IN_PARTS];
  return [
    ...changedKeys(before, after, left),
    ...changedKeys(groupsOf(before), groupsOf(after), []).map((name) => `upstreams.${name}`),
    ...changedViewSettings(before, after),
  ];
}

/** A view that only one of them has shows in what becomes of its clients. */
function changedViewSettings(before: Config, after: Config): readonly string[] {
  const left = [...COMPARED_IN_VIEWS, 'name', 'place'];
  const others = new Map(after.views.map((view): [string, ViewConfig] => [view.name, view]));
  return before.views.flatMap((view) => {
    const other = others.get(view.name);
    const keys = other === undefined ? [] : changedKeys(view, other, left);
    return keys.map((key) => `views.${view.name}.${key}`);
  });
}

function groupsOf({ upstreams }: Config): Readonly<Record<string, unknown>> {
  return Object.fromEntries(upstreams.map(({ key, value }) => [key, value]));
}

/** The keys whose values differ, but for those in `left`. */
function changedKeys<T extends object>(before: T, after: T, left: readonly string[]): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const isChanged = (key: string) => contentOf(before, key) !== contentOf(after, key);
  return keys.filter((key) => !left.includes(key) && isChanged(key));
}

function contentOf(holder: object, key: string): string | undefined {
  return contentWithSecrets((holder as Readonly<Record<string, unknown>>)[key]);
}
