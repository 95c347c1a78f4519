/** YAML that is not a configuration of ours: its values, each with its place. */

import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { Document } from './document.ts';
import type { Place, Problem } from './problem.ts';

/** One of the three: a text, a list or a mapping; an empty value has none of them. */
export interface PlacedValue {
  readonly place: Place;
  readonly text?: string;
  readonly items?: readonly PlacedValue[];
  readonly keys?: ReadonlyMap<string, PlacedValue>;
}

export function readPlacedYaml(
  file: string,
  text: string,
): { readonly value: PlacedValue; readonly problems: readonly Problem[] } {
  const document = new Document(file, text, {});
  return { value: placed(document.root, document), problems: document.problems };
}

function placed(written: Node | null | undefined, document: Document): PlacedValue {
  const place = document.place(written);
  const node = written == null ? undefined : document.resolve(written);
  if (isScalar(node)) return node.value === null ? { place } : { place, text: String(node.value) };
  if (isSeq(node))
    return { place, items: node.items.map((item) => placed(item as Node, document)) };
  if (!isMap(node)) return { place };
  const keys = node.items.map(({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    return [name, placed(value as Node, document)] as const;
  });
  return { place, keys: new Map(keys) };
}

/** The value below these keys. */
export function below(value: PlacedValue, ...path: readonly string[]): PlacedValue | undefined {
  return path.reduce<PlacedValue | undefined>((at, key) => at?.keys?.get(key), value);
}
