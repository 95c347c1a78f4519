/** What expressions of a declarative configuration stand for: no more than can be known without running it. */

import type { Place } from '../../config/problem.ts';

export interface Text {
  readonly kind: 'text';
  readonly text: string;
  readonly place: Place;
}

export interface Table {
  readonly kind: 'table';
  readonly items: Value[];
  readonly fields: Map<string, Value>;
  readonly place: Place;
}

/** A call of a function of dnsdist's, and what it returned; methods are called on that later. */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Value[];
  readonly methods: { readonly name: string; readonly args: readonly Value[] }[];
  readonly place: Place;
  /** As it is written. */
  readonly source: string;
}

export type Value =
  | Text
  | Table
  | Call
  | { readonly kind: 'number'; readonly number: number; readonly place: Place }
  | { readonly kind: 'flag'; readonly flag: boolean; readonly place: Place }
  /** A function, or what only a running program knows. */
  | { readonly kind: 'unknown'; readonly place: Place };

/** Whether some part of it cannot be known here. */
export function isUnknown(value: Value): boolean {
  if (value.kind === 'table')
    return [...value.items, ...value.fields.values()].some((one) => isUnknown(one));
  if (value.kind === 'call')
    return [...value.args, ...value.methods.flatMap(({ args }) => args)].some(isUnknown);
  return value.kind === 'unknown';
}

/** The texts of a text or a table of texts; undefined when it is neither. */
export function textsIn(value: Value | undefined): readonly Text[] | undefined {
  if (value?.kind === 'text') return [value];
  if (value?.kind !== 'table') return undefined;
  const texts = value.items.flatMap((item) => (item.kind === 'text' ? [item] : []));
  return texts.length === value.items.length ? texts : undefined;
}
