/**
 * TOML as values with places. The door to toml-eslint-parser, which keeps the places of all values;
 * it is loaded when there is a pihole.toml.
 */

import { createRequire } from 'node:module';
import type { AST } from 'toml-eslint-parser';
import type { PlacedValue } from '../../config/placed-yaml.ts';
import type { Place, Problem } from '../../config/problem.ts';

type Toml = typeof import('toml-eslint-parser');

interface Table extends PlacedValue {
  readonly keys: Map<string, PlacedValue>;
}

/** The parser stops at the first error. */
export function readPlacedToml(
  file: string,
  text: string,
): { readonly value: PlacedValue; readonly problems: readonly Problem[] } {
  const { ParseError, parseTOML } = createRequire(import.meta.url)('toml-eslint-parser') as Toml;
  const root = tableAt({ file, line: 1, column: 1 });
  try {
    const [top] = parseTOML(text).body;
    for (const entry of top.body) {
      if (entry.type === 'TOMLKeyValue') enter(root, entry, file);
      else {
        const table = descend(root, entry.resolvedKey, placeOf(entry, file));
        for (const one of entry.body) enter(table, one, file);
      }
    }
    return { value: root, problems: [] };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const { lineNumber: line, column, message } = error;
    return { value: root, problems: [{ file, line, column: column + 1, message }] };
  }
}

function tableAt(place: Place): Table {
  return { place, keys: new Map() };
}

function enter(table: Table, { key, value }: AST.TOMLKeyValue, file: string): void {
  const names = key.keys.map((one) => (one.type === 'TOMLBare' ? one.name : one.value));
  const last = names.pop()!;
  const place = placeOf(key, file);
  descend(table, names, place).keys.set(last, placedValue(value, place, file));
}

/** The table below these keys, which is made if it is not there. */
function descend(from: Table, path: readonly (string | number)[], place: Place): Table {
  return path.reduce((at: Table, key) => {
    const name = String(key);
    const known = at.keys.get(name) as Table | undefined;
    if (known?.keys !== undefined) return known;
    const made = tableAt(place);
    at.keys.set(name, made);
    return made;
  }, from);
}

/** A value stands where its key does, an item of a list at its own place. */
function placedValue(node: AST.TOMLContentNode, place: Place, file: string): PlacedValue {
  if (node.type === 'TOMLArray') {
    return { place, items: node.elements.map((one) => placedValue(one, placeOf(one, file), file)) };
  }
  if (node.type === 'TOMLInlineTable') {
    const table = tableAt(place);
    for (const one of node.body) enter(table, one, file);
    return table;
  }
  return { place, text: String(node.value) };
}

function placeOf({ loc: { start } }: AST.TOMLNode, file: string): Place {
  return { file, line: start.line, column: start.column + 1 };
}
