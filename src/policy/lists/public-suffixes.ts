/**
 * Public suffixes: names under which everybody can register a domain. The door to tldts, which has
 * the list of publicsuffix.org inside; it is read when there is a list to look through. Its own
 * functions test one name, and to ask that of a million names takes longer than
 * to read them: the few thousand suffixes are looked up in the list instead.
 */

import { createRequire } from 'node:module';
import { formatName, parseName } from '../../wire/name.ts';
import type { RuleTable } from '../rules/rule-table.ts';

/** A tree of labels from the top-level domains on, as tldts packs it. */
interface Tree {
  /** Not 0 for a node that is a suffix. */
  readonly nodeFlags: Uint8Array;
  /** The edges of node n are from `edgeStart[n]` to `edgeStart[n + 1]`. */
  readonly edgeStart: Uint16Array;
  readonly edgeLength: Uint8Array;
  readonly edgeChild: Uint16Array;
  /** The labels of all edges, one behind the other. */
  readonly labelText: string;
  readonly rulesRoot: number;
}

/** Names that are looked up among the suffixes sooner than the suffixes among them. */
const SMALL = 5000;

const ASCII_LABEL = /^[a-z0-9-]+$/;

let known: ReadonlySet<string> | undefined;
/** The same in wire format. */
let knownWires: readonly Uint8Array[] | undefined;

/** All of them that are names: `*.ck` stands for names that nobody can list. */
export function publicSuffixes(): ReadonlySet<string> {
  known ??= readTree(createRequire(import.meta.url)('tldts/dist/cjs/src/data/trie.js') as Tree);
  return known;
}

function readTree(tree: Tree): ReadonlySet<string> {
  const { nodeFlags, edgeStart, edgeLength, edgeChild, labelText, rulesRoot } = tree;
  const labels: string[] = [];
  for (let edge = 0, at = 0; edge < edgeLength.length; at += edgeLength[edge++]!) {
    labels.push(labelText.slice(at, at + edgeLength[edge]!));
  }
  const names = new Set<string>();
  const walk = (node: number, parent: string) => {
    for (let edge = edgeStart[node]!; edge < edgeStart[node + 1]!; edge++) {
      const label = labels[edge]!;
      if (!ASCII_LABEL.test(label)) continue;
      const name = `${label}${parent}`;
      const child = edgeChild[edge]!;
      if (nodeFlags[child] !== 0) names.add(name);
      walk(child, `.${name}`);
    }
  };
  walk(rulesRoot, '');
  return names;
}

/** The entries of a table that are for a public suffix, or with wildcards for all names below. */
export function suffixEntries(rules: RuleTable, withWildcards: boolean): readonly number[] {
  if (rules.count < SMALL) return suffixesAmong(rules);
  knownWires ??= [...publicSuffixes()].map((suffix) => parseName(suffix) as Uint8Array);
  const entries: number[] = [];
  for (const wire of knownWires) {
    const named = rules.entryOf(wire, false);
    const entry = named < 0 && withWildcards ? rules.entryOf(wire, true) : named;
    if (entry >= 0) entries.push(entry);
  }
  return entries.sort((a, b) => a - b);
}

function suffixesAmong(rules: RuleTable): readonly number[] {
  const entries: number[] = [];
  for (let entry = 0; entry < rules.count; entry++) {
    if (publicSuffixes().has(formatName(rules.nameOf(entry)).slice(0, -1))) entries.push(entry);
  }
  return entries;
}

/** Whether a name is one that somebody has registered: it stands right below a suffix. */
export function isRegistered(name: string): boolean {
  const parent = name.slice(name.indexOf('.') + 1);
  if (parent === name) return false;
  return !parent.includes('.') || publicSuffixes().has(parent);
}
