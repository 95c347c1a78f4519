/** Every key of the configuration, from its schema. */

import { CONFIG } from '../../src/config/keys.ts';
import type { Key, Kind } from '../../src/config/kind.ts';
import { code, formatTable } from './table.ts';

/** A key and the way to it: `upstreams.*.servers`, `policies[].name`. */
export interface KeyPath {
  readonly path: string;
  readonly key: Key<unknown>;
}

const HEADING = ['key', 'takes', 'default', 'what it is'];

/** The keys of a kind and of all that is in it. */
export function keysOf(kind: Kind<unknown>, path = ''): KeyPath[] {
  return (kind.parts ?? []).flatMap(({ step, kind: part, key }) => {
    const at = path === '' && step.startsWith('.') ? step.slice(1) : path + step;
    const below = keysOf(part, at);
    return key === undefined ? below : [{ path: at, key }, ...below];
  });
}

/** A table of the keys at the top, and one for each that has keys in it. */
export function keysTables(): string {
  const sections = Object.entries(CONFIG.keys).map(([path, key]) => ({
    path,
    key,
    below: keysOf(key.kind, path),
  }));
  const top = sections.map(({ path, key, below }) => [
    below.length > 0 ? `[${code(path)}](#${path.toLowerCase()})` : code(path),
    ...describeKey(key),
  ]);
  const nested = sections
    .filter(({ below }) => below.length > 0)
    .map(({ path, key, below }) => {
      return `\n### ${path}\n\n${sentence(key.doc)}\n\n${formatTable(HEADING, formatRows(below))}`;
    });
  return formatTable(HEADING, top) + nested.join('');
}

/** Keys of which the same is to be told share a row. */
function formatRows(keys: readonly KeyPath[]): string[][] {
  const rows = Object.groupBy(keys, ({ key }) => describeKey(key).join('\n'));
  return Object.values(rows).map((alike = []) => [
    alike.map(({ path }) => code(path)).join('<br>'),
    ...describeKey(alike[0]!.key),
  ]);
}

/** What it takes, its default, what it is. */
export function describeKey({ kind, doc, otherwise }: Key<unknown>): string[] {
  return [kind.expects, otherwise === undefined ? '**required**' : formatDefault(otherwise), doc];
}

function formatDefault({ value, doc }: NonNullable<Key<unknown>['otherwise']>): string {
  return doc === JSON.stringify(value) ? code(String(value)) : doc;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
