/**
 * Kinds of configuration values: how each is read from YAML and what its errors expect.
 * With `config/document.ts` the door to yaml.
 */

import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import { type Document, textOf } from './document.ts';
import type { Place } from './problem.ts';

/** How a value is read: undefined means that a problem was reported. */
export interface Kind<T> {
  /** Ends a sentence that begins with "expect". */
  readonly expects: string;
  read(node: Node, document: Document): T | undefined;
  /** What it is made of: for the reference. */
  readonly parts?: readonly Part[];
}

/** A kind within a kind, and how a path to it goes on: `.name`, `.*`, `[]` or not at all. */
export interface Part {
  readonly step: string;
  readonly kind: Kind<unknown>;
  /** In a section: the key that has this kind. */
  readonly key?: Key<unknown>;
}

/** A value and where it stands. */
export interface Located<T> {
  readonly value: T;
  readonly place: Place;
}

/** One line of a mapping whose keys the operator chose. */
export interface Entry<T> {
  readonly key: string;
  readonly place: Place;
  readonly value: T;
}

/** One key of a section. Without `otherwise` the key is required. */
export interface Key<T> {
  readonly kind: Kind<T>;
  /** One line for the reference. */
  readonly doc: string;
  readonly otherwise?: { readonly value: T; readonly doc: string };
}

/** A key that must be there. */
export function required<T>(kind: Kind<T>, doc: string): Key<T> {
  return { kind, doc };
}

/** A key with a default; `shown` is the default for readers where the value does not show it. */
export function optional<T, const D>(
  kind: Kind<T>,
  doc: string,
  value: D,
  shown: string = JSON.stringify(value),
): Key<T | D> {
  return { kind, doc, otherwise: { value, doc: shown } };
}

export type SectionKeys = Readonly<Record<string, Key<unknown>>>;
export type SectionValue<K extends SectionKeys> = {
  readonly [Name in keyof K]: K[Name] extends Key<infer T> ? T : never;
};

/** A mapping with known keys. An unknown key, a missing and a bad one are problems. */
export interface Section<K extends SectionKeys> extends Kind<SectionValue<K>> {
  readonly keys: K;
}

/** `check` reports what is wrong between keys that are right each by itself. */
export function section<K extends SectionKeys>(
  keys: K,
  check?: (value: SectionValue<K>, document: Document) => void,
): Section<K> {
  const expects = `a mapping with ${Object.keys(keys).join(', ')}`;
  return {
    keys,
    expects,
    parts: Object.entries(keys).map(([name, key]) => ({ step: `.${name}`, kind: key.kind, key })),
    read(node, document) {
      const pairs = readPairs(node, document, expects);
      if (pairs === undefined) return undefined;
      const value: Record<string, unknown> = {};
      let complete = reportUnknown(pairs, keys, document);
      for (const [name, key] of Object.entries(keys)) {
        const given = pairs.get(name)?.value;
        if (given != null) {
          value[name] = key.kind.read(given as Node, document);
          complete &&= value[name] !== undefined;
        } else if (key.otherwise !== undefined) {
          value[name] = key.otherwise.value;
        } else {
          document.report(node, `${name} is missing; expect ${key.kind.expects}`);
          complete = false;
        }
      }
      if (!complete) return undefined;
      check?.(value as SectionValue<K>, document);
      return value as SectionValue<K>;
    },
  };
}

function reportUnknown(
  pairs: ReadonlyMap<string, Pair>,
  keys: SectionKeys,
  document: Document,
): boolean {
  let known = true;
  for (const [name, pair] of pairs) {
    if (Object.hasOwn(keys, name)) continue;
    known = false;
    document.report(
      pair.key as Node,
      `unknown key "${name}"; expect ${Object.keys(keys).join(', ')}`,
    );
  }
  return known;
}

/** A section that may be left out: its keys then have their defaults. */
export function optionalSection<K extends SectionKeys>(
  keys: K,
  doc: string,
  check?: (value: SectionValue<K>, document: Document) => void,
): Key<SectionValue<K>> {
  const value = Object.fromEntries(
    Object.entries(keys).map(([name, key]) => [name, key.otherwise?.value]),
  ) as SectionValue<K>;
  return optional(section(keys, check), doc, value, 'as below');
}

/**
 * A mapping whose keys the operator chooses; the lines keep their order and place. `check` says
 * what is wrong with a key.
 */
export function entries<T>(
  what: string,
  value: Kind<T>,
  check?: (key: string, document: Document) => string | undefined,
): Kind<readonly Entry<T>[]> {
  const expects = `a mapping from ${what} to ${value.expects}`;
  return {
    expects,
    parts: [{ step: '.*', kind: value }],
    read(node, document) {
      const pairs = readPairs(node, document, expects);
      if (pairs === undefined) return undefined;
      const read: Entry<T>[] = [];
      for (const [key, pair] of pairs) {
        const wrong = check?.(key, document);
        if (wrong !== undefined) document.report(pair.key as Node, wrong);
        if (pair.value == null) {
          document.report(pair.key as Node, `"${key}" has no value; expect ${value.expects}`);
          continue;
        }
        const one = value.read(pair.value as Node, document);
        const place = document.place(pair.key as Node);
        if (one !== undefined) read.push({ key, place, value: one });
      }
      return read.length === pairs.size ? read : undefined;
    },
  };
}

/** A list of values. */
export function list<T>(item: Kind<T>): Kind<readonly Located<T>[]> {
  const expects = `a list, each item ${item.expects}`;
  return {
    expects,
    parts: [{ step: '[]', kind: item }],
    read(node, document) {
      const target = document.resolve(node);
      if (!isSeq(target)) return document.report(node, `expect ${expects}`);
      const read: Located<T>[] = [];
      for (const one of target.items as Node[]) {
        const value = item.read(one, document);
        if (value !== undefined) read.push({ value, place: document.place(one) });
      }
      return read.length === target.items.length ? read : undefined;
    },
  };
}

/** A list or a mapping with something in it. */
export function filled<T>(kind: Kind<readonly T[]>): Kind<readonly T[]> {
  return {
    expects: kind.expects,
    parts: [{ step: '', kind }],
    read(node, document) {
      const value = kind.read(node, document);
      if (value?.length !== 0) return value;
      return document.report(node, `there is nothing in it; expect ${kind.expects}`);
    },
  };
}

/** A value that is read by its shape in YAML: a scalar, a list or a mapping. */
export function byShape<S = never, L = never, M = never>(shapes: {
  scalar?: Kind<S>;
  list?: Kind<L>;
  mapping?: Kind<M>;
}): Kind<S | L | M> {
  const { scalar, list: sequence, mapping } = shapes;
  const kinds = [scalar, sequence, mapping].filter((kind) => kind !== undefined);
  const expects = kinds.map((kind) => kind.expects).join(', or ');
  return {
    expects,
    parts: kinds.map((kind) => ({ step: '', kind })),
    read(node, document) {
      const target = document.resolve(node);
      const kind = isMap(target) ? mapping : isSeq(target) ? sequence : scalar;
      return kind === undefined
        ? document.report(node, `expect ${expects}`)
        : kind.read(node, document);
    },
  };
}

/** A value and its place. */
export function located<T>(kind: Kind<T>): Kind<Located<T>> {
  return {
    expects: kind.expects,
    parts: [{ step: '', kind }],
    read(node, document) {
      const value = kind.read(node, document);
      return value === undefined ? undefined : { value, place: document.place(node) };
    },
  };
}

/** A value made from a scalar's text; `parse` returns undefined for a text that it cannot take. */
export function scalar<T>(expects: string, parse: (text: string) => T | undefined): Kind<T> {
  return {
    expects,
    read(node, document) {
      const text = readText(node, document, expects);
      if (text === undefined) return undefined;
      const value = parse(text);
      if (value === undefined) {
        return document.report(node, `${JSON.stringify(text)} is not valid; expect ${expects}`);
      }
      return value;
    },
  };
}

/** A scalar's text with `${NAME}` filled in; lists, mappings and null are problems. */
export function readText(node: Node, document: Document, expects: string): string | undefined {
  const target = document.resolve(node);
  if (!isScalar(target) || target.value === null) {
    return document.report(node, `expect ${expects}`);
  }
  return document.expand(textOf(target), node);
}

/** What is expected where a key stands: `[::1]:53` without quotes is a list as a key. */
function keyOf(node: Node): string {
  return isSeq(node)
    ? 'a text, in quotes where it begins with [, like "[::1]:53"'
    : 'a key that is a text';
}

function readPairs(
  node: Node,
  document: Document,
  expects: string,
): ReadonlyMap<string, Pair> | undefined {
  const target = document.resolve(node);
  if (!isMap(target)) return document.report(node, `expect ${expects}`);
  const pairs = new Map<string, Pair>();
  for (const pair of (target as YAMLMap).items) {
    const key = readText(
      pair.key as Node,
      document,
      keyOf(document.resolve(pair.key as Node) as Node),
    );
    if (key === undefined) continue;
    if (!pairs.has(key)) pairs.set(key, pair as Pair);
    else document.report(pair.key as Node, `"${key}" is there twice; expect it once`);
  }
  return pairs;
}
