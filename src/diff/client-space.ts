/**
 * All client addresses, cut where any prefix of two configurations begins or ends: between two
 * cuts all clients are treated alike.
 */

import type { AccessList } from '../config/access-list.ts';
import type { Config } from '../config/config.ts';
import { firstWords, lastWords, type Prefix } from '../net/prefix.ts';
import { NO_PREFIX, PrefixTable } from '../net/prefix-table.ts';
import type { Policy } from '../policy/compile.ts';

/** Addresses from the first to the last, as numbers. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** Clients that both configurations treat alike. */
export interface ClientClass {
  readonly ranges: AddressRange[];
}

const LAST_ADDRESS = { 4: (1n << 32n) - 1n, 6: (1n << 128n) - 1n } as const;

/** Prefixes that stand for something, by what they stand for. */
type Facet = readonly { readonly prefix: Prefix; readonly owner: number }[];

export function partitionClients(before: Policy, after: Policy): readonly ClientClass[] {
  const facets = [...facetsOf(before), ...facetsOf(after)];
  const tables = facets.map((facet) => ({
    table: new PrefixTable(facet.map(({ prefix }) => prefix)),
    owners: facet.map(({ owner }) => owner),
  }));
  const classes = new Map<string, ClientClass>();
  for (const family of [4, 6] as const) {
    for (const range of cut(facets, family)) {
      const words = toWords(range.first, family);
      const key = tables.map(({ table, owners }) => {
        const index = table.find(family, words);
        return index === NO_PREFIX ? '' : owners[index];
      });
      const known = classes.get(key.join());
      if (known === undefined) classes.set(key.join(), { ranges: [range] });
      else known.ranges.push(range);
    }
  }
  return [...classes.values()];
}

function facetsOf({ config, zones, cuts }: Policy): Facet[] {
  const lists = new Set(config.views.flatMap(({ acl }) => Object.values(acl)));
  const access = [...lists].filter((list): list is AccessList => list !== undefined);
  return [
    config.views.flatMap(({ clients }, owner) => clients.map((prefix) => ({ prefix, owner }))),
    ...access.map(({ entries }) =>
      entries.flatMap(({ prefixes }, owner) => prefixes.map((prefix) => ({ prefix, owner }))),
    ),
    (cuts?.prefixes ?? []).map((prefix, owner) => ({ prefix, owner })),
    prefixesIn(sectionsOf(config)).map((prefix, owner) => ({ prefix, owner })),
    ...zones.map(({ policy }) =>
      (policy?.clientPrefixes ?? []).map((prefix, owner) => ({ prefix, owner })),
    ),
  ];
}

/** Sections whose prefixes are looked at above, or are not about who asks for what. */
const LOOKED_AT: readonly string[] = ['views', 'policies', 'clientGroups', 'listen'];

/** All others, also those of layers that came later. */
function sectionsOf(config: Config): readonly unknown[] {
  return Object.entries(config).flatMap(([key, value]) => (LOOKED_AT.includes(key) ? [] : [value]));
}

function prefixesIn(value: unknown): readonly Prefix[] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  return isPrefix(value) ? [value] : Object.values(value).flatMap(prefixesIn);
}

function isPrefix(value: object): value is Prefix {
  return 'family' in value && 'words' in value && 'length' in value;
}

function cut(facets: readonly Facet[], family: 4 | 6): AddressRange[] {
  const starts = new Set([0n]);
  for (const { prefix } of facets.flat()) {
    if (prefix.family !== family) continue;
    starts.add(toNumber(firstWords(prefix), family));
    starts.add(toNumber(lastWords(prefix), family) + 1n);
  }
  const sorted = [...starts].sort((a, b) => (a < b ? -1 : 1));
  const end = LAST_ADDRESS[family];
  return sorted
    .filter((first) => first <= end)
    .map((first, i) => ({ family, first, last: (sorted[i + 1] ?? end + 1n) - 1n }));
}

/** The words of an address, as `Query` has them. */
export function toWords(address: bigint, family: 4 | 6): Uint32Array {
  const words = new Uint32Array(4);
  if (family === 4) words[0] = Number(address);
  else
    for (let i = 0; i < 4; i++) words[i] = Number((address >> BigInt(96 - 32 * i)) & 0xffffffffn);
  return words;
}

function toNumber(words: Uint32Array, family: 4 | 6): bigint {
  if (family === 4) return BigInt(words[0]!);
  return words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

/** The fewest prefixes for the ranges. */
export function toPrefixes(ranges: readonly AddressRange[]): Prefix[] {
  return merge(ranges).flatMap(split);
}

function merge(ranges: readonly AddressRange[]): AddressRange[] {
  const merged: AddressRange[] = [];
  const sorted = [...ranges].sort(
    (a, b) => a.family - b.family || (a.first < b.first ? -1 : Number(a.first > b.first)),
  );
  for (const range of sorted) {
    const before = merged.at(-1);
    const isNext = before?.family === range.family && before.last + 1n === range.first;
    if (isNext) merged[merged.length - 1] = { ...before, last: range.last };
    else merged.push(range);
  }
  return merged;
}

/** Each prefix is as wide as its first address and the last one of the range allow. */
function split({ family, first, last }: AddressRange): Prefix[] {
  const bits = family === 4 ? 32 : 128;
  const prefixes: Prefix[] = [];
  for (let at = first; at <= last; ) {
    let free = 0;
    while (
      free < bits &&
      (at >> BigInt(free)) % 2n === 0n &&
      at + (1n << BigInt(free + 1)) - 1n <= last
    ) {
      free++;
    }
    prefixes.push({ family, words: toWords(at, family), length: bits - free });
    at += 1n << BigInt(free);
  }
  return prefixes;
}
