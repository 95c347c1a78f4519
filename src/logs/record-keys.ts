/** What records can be found by in an index: the keys of a record, and those that a filter needs. */

import { parseAddress } from '../net/address.ts';
import { firstWords, formatPrefix, type Prefix, parsePrefix } from '../net/prefix.ts';
import { type DecisionRecord, parseStart } from '../observe/decision-filter.ts';
import { formatName, lowerName, parseName } from '../wire/name.ts';
import { formatRcode, formatType, parseRcode, parseType } from '../wire/registry.ts';
import { type HashedKey, hashKey, mayHave } from './key-filter.ts';

/** Lengths of prefixes that a client is found by besides its address. */
const LENGTHS = { 4: [24, 16, 8], 6: [64, 56, 48, 32] } as const;
const WHOLE = { 4: 32, 6: 128 } as const;
/** A record stands for several clients: it may be about any. */
const MANY_CLIENTS = 'c*';

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
  /** Texts that stand in each record that is meant. */
  readonly texts: readonly string[];
}

/** The test of filter options that `parseFilter` takes. */
export function blockTestOf(
  options: Readonly<Record<string, string | undefined>>,
  now: number,
): BlockTest {
  const { since, until, ref } = options;
  return {
    keys: keysOfOptions(options).map((some) => some.map(hashKey)),
    since: timeOf(since, now) ?? Number.NEGATIVE_INFINITY,
    until: timeOf(until, now) ?? Number.POSITIVE_INFINITY,
    texts: ref === undefined ? [] : [JSON.stringify(ref)],
  };
}

/** One key of each of these lists is in every block that has a record which is meant. */
function keysOfOptions(options: Readonly<Record<string, string | undefined>>): string[][] {
  const { client, name, type, rcode } = options;
  const clients = client?.split(',').map(keysOfClient) ?? [];
  const suffix = name === undefined ? undefined : suffixOf(name);
  const typeNumber = type === undefined ? undefined : parseType(type);
  const rcodeNumber = rcode === undefined ? undefined : parseRcode(rcode);
  return [
    ...(clients.length > 0 && !clients.includes(undefined) ? [clients.flat() as string[]] : []),
    ...(suffix === undefined || suffix === '.' ? [] : [[`n${suffix}`]]),
    ...(typeNumber === undefined ? [] : [[`t${formatType(typeNumber)}`]]),
    ...(rcodeNumber === undefined ? [] : [[`k${formatRcode(rcodeNumber)}`]]),
    ...AS_THEY_ARE.flatMap(([kind, option]) =>
      options[option] === undefined ? [] : [[kind + options[option]]],
    ),
  ];
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

function suffixOf(name: string): string | undefined {
  const wire = parseName(name);
  return typeof wire === 'string' ? undefined : formatName(lowerName(wire));
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
