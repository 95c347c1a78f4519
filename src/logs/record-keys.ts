/** What records can be found by in an index: the keys of a record, and those that a filter needs. */

import { SUMMARY } from '../decision/outcome.ts';
import { formatAddress, parseAddress } from '../net/address.ts';
import { firstWords, formatPrefix, type Prefix, parsePrefix } from '../net/prefix.ts';
import {
  type DecisionRecord,
  type FilterTexts,
  parseStart,
  textsOf,
} from '../observe/decision-filter.ts';
import { formatName, lowerName, parseName } from '../wire/name.ts';
import { formatRcode, formatType, parseRcode, parseType } from '../wire/registry.ts';
import { type HashedKey, hashKey, mayHave } from './key-filter.ts';

/** Lengths of prefixes that a client is found by besides its address. */
const LENGTHS = { 4: [24, 16, 8], 6: [64, 56, 48, 32] } as const;
const WHOLE = { 4: 32, 6: 128 } as const;
/** A record stands for several clients: it may be about any. */
const MANY_CLIENTS = 'c*';
/** Nobody writes these characters in JSON in another way. */
const PLAIN = /^[\w .:*-]+$/;

/** Adds the keys of a record to those of its block. */
export function addKeys(keys: Set<string>, record: DecisionRecord): void {
  const { client, qname, layer, rule, ref, qtype, rcode, group, view, event, transport } = record;
  if (client !== undefined) addClient(keys, client);
  if (qname !== undefined) addName(keys, qname.toLowerCase());
  add(keys, 'l', layer);
  add(keys, 'r', rule?.id);
  add(keys, 'f', ref);
  add(keys, 't', qtype);
  add(keys, 'k', rcode);
  add(keys, 'g', group);
  add(keys, 'v', view);
  add(keys, 'e', event);
  add(keys, 'p', transport);
}

function add(keys: Set<string>, kind: string, text: string | undefined): void {
  if (text !== undefined) keys.add(kind + text);
}

function addClient(keys: Set<string>, client: string): void {
  // Most clients of a block were there before.
  if (keys.has(`c${client}`)) return;
  keys.add(`c${client}`);
  const address = parseAddress(client);
  if (address === undefined) return void keys.add(MANY_CLIENTS);
  for (const length of LENGTHS[address.family]) keys.add(prefixKey({ ...address, length }));
}

/** The name and all that it is below of. */
function addName(keys: Set<string>, name: string): void {
  for (let rest = name; rest !== '.' && rest !== ''; ) {
    const key = `n${rest}`;
    if (keys.has(key)) return;
    keys.add(key);
    let dot = rest.indexOf('.');
    while (dot > 0 && isEscaped(rest, dot)) dot = rest.indexOf('.', dot + 1);
    rest = rest.slice(dot + 1);
  }
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - backslashes - 1] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

function prefixKey(prefix: Prefix): string {
  return `c${formatPrefix({ ...prefix, words: firstWords(prefix) })}`;
}

/** What a block must have to be worth reading. */
export interface BlockTest {
  /** One key of each of these. */
  readonly keys: readonly (readonly HashedKey[])[];
  /** Milliseconds since the epoch; records from the first on, and before the second. */
  readonly since: number;
  readonly until: number;
  /** One text of each of these stands in each record that is meant. */
  readonly texts: readonly (readonly string[])[];
}

/** The test of filter options that `parseFilter` takes. */
export function blockTestOf(options: FilterTexts, now: number): BlockTest {
  const [since] = textsOf(options, 'since');
  const [until] = textsOf(options, 'until');
  return {
    keys: keysOfOptions(options).map((some) => some.map(hashKey)),
    since: timeOf(since, now) ?? Number.NEGATIVE_INFINITY,
    until: timeOf(until, now) ?? Number.POSITIVE_INFINITY,
    texts: writtenTextsOf(options),
  };
}

/** Values that stand in a record as they are: a line without them need not be parsed. */
function writtenTextsOf(options: FilterTexts): string[][] {
  const plain = AS_THEY_ARE.map(([, option]) => textsOf(options, option))
    .filter((values) => values.length > 0 && values.every((value) => PLAIN.test(value)))
    .map((values) => values.map((value) => `"${value}"`));
  const addresses = textsOf(options, 'client').map(parseAddress);
  if (addresses.length === 0 || addresses.includes(undefined)) return plain;
  // A summary has a prefix that the client may be in.
  const written = addresses.map((one) => `"${formatAddress(one!.family, one!.words)}"`);
  return [...plain, [...written, `"${SUMMARY}"`]];
}

/** One key of each of these lists is in every block that has a record which is meant. */
function keysOfOptions(options: FilterTexts): string[][] {
  const clients = textsOf(options, 'client').flatMap((text) => text.split(','));
  const some = [
    clients.map(keysOfClient),
    textsOf(options, 'name').map(keysOfName),
    textsOf(options, 'type').map((text) => keyOf('t', parseType(text), formatType)),
    textsOf(options, 'rcode').map((text) => keyOf('k', parseRcode(text), formatRcode)),
    ...AS_THEY_ARE.map(([kind, option]) => textsOf(options, option).map((text) => [kind + text])),
  ];
  // One text without a key may be met by a record of any block.
  return some
    .filter((keys) => keys.length > 0 && !keys.includes(undefined))
    .map((keys) => keys.flat() as string[]);
}

function keyOf(
  kind: string,
  value: number | undefined,
  format: (value: number) => string,
): string[] | undefined {
  return value === undefined ? undefined : [kind + format(value)];
}

const AS_THEY_ARE = [
  ['l', 'layer'],
  ['r', 'rule'],
  ['f', 'ref'],
  ['g', 'group'],
  ['v', 'view'],
  ['e', 'event'],
  ['p', 'transport'],
] as const;

/** A prefix is looked for by the longest one that blocks are indexed by and that contains it. */
function keysOfClient(text: string): string[] | undefined {
  const prefix = parsePrefix(text);
  if (typeof prefix === 'string') return undefined;
  const { family, length } = prefix;
  if (length === WHOLE[family]) return [`c${formatPrefix(prefix).split('/')[0]}`, MANY_CLIENTS];
  const indexed = LENGTHS[family].find((one) => one <= length);
  if (indexed === undefined) return undefined;
  return [prefixKey({ ...prefix, length: indexed }), MANY_CLIENTS];
}

function keysOfName(name: string): string[] | undefined {
  const wire = parseName(name);
  if (typeof wire === 'string') return undefined;
  const suffix = formatName(lowerName(wire));
  return suffix === '.' ? undefined : [`n${suffix}`];
}

function timeOf(text: string | undefined, now: number): number | undefined {
  const start = text === undefined ? undefined : parseStart(text, now);
  return start === undefined ? undefined : Date.parse(start);
}

/** What is known of a block. */
interface Indexed {
  readonly from: number;
  readonly to: number;
  readonly filter: Uint8Array;
}

/** Whether a block may have a record that is meant. */
export function isWorthReading({ from, to, filter }: Indexed, test: BlockTest): boolean {
  if (to < test.since || from >= test.until) return false;
  return test.keys.every((some) => some.some((key) => mayHave(filter, key)));
}
