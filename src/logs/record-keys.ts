/** What records can be found by in an index: the keys of a record, and those that a filter needs. */

import { SUMMARY } from '../decision/outcome.ts';
import { formatAddress, formatEndpoint, parseAddress, parseEndpoint } from '../net/address.ts';
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
import type { WrittenText } from './written-texts.ts';

/** Lengths of prefixes that a client is found by besides its address. */
const LENGTHS = { 4: [24, 16, 8], 6: [64, 56, 48, 32] } as const;
const WHOLE = { 4: 32, 6: 128 } as const;
/** A record stands for several clients: it may be about any. */
const MANY_CLIENTS = 'c*';
const SCHEME = /^[a-z]+:\/\//;
/** What stands before the port of `192.0.2.1:53` and of `[2001:db8::1]:53`. */
const ANY_PORT = /^(?:\[[^\]]*\]|[^:[]*):/;
/** Nobody writes these characters in JSON in another way. */
const PLAIN = /^[\w .:*/-]+$/;

/** Adds the keys of a record to those of its block. */
export function addKeys(keys: Set<string>, record: DecisionRecord): void {
  const { client, qname, layer, rule, ref, qtype, rcode, group, view, event, transport } = record;
  const { upstream, attempts = [] } = record;
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
  addUpstream(keys, upstream?.address);
  for (const { address } of attempts) addUpstream(keys, address);
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

/** A server by its address and port, and by its address with any port, however it is asked. */
function addUpstream(keys: Set<string>, written: string | undefined): void {
  if (written === undefined) return;
  const address = written.replace(SCHEME, '');
  keys.add(`u${address}`);
  const anyPort = ANY_PORT.exec(address)?.[0];
  if (anyPort !== undefined) keys.add(`u${anyPort}`);
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
  readonly texts: readonly (readonly WrittenText[])[];
}

/** Every block may have what is meant. */
export const EVERY_BLOCK: BlockTest = {
  keys: [],
  since: Number.NEGATIVE_INFINITY,
  until: Number.POSITIVE_INFINITY,
  texts: [],
};

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

/** A line without them need not be parsed. */
function writtenTextsOf(options: FilterTexts): WrittenText[][] {
  const alternatives = (
    values: readonly string[],
    write: (value: string) => string | undefined,
    isAnyCase: boolean,
  ) => {
    const written = values.map(write);
    if (values.length === 0 || written.includes(undefined)) return [];
    return [(written as string[]).map((text) => ({ text, isAnyCase }))];
  };
  const plain = AS_THEY_ARE.flatMap(([, option]) =>
    alternatives(
      textsOf(options, option),
      (value) => (PLAIN.test(value) ? `${value}"` : undefined),
      false,
    ),
  );
  // A name goes on before it, and a dot ends it.
  const nameText = (name: string) => {
    const suffix = suffixOf(name);
    return suffix !== undefined && PLAIN.test(suffix) ? `${suffix}"` : undefined;
  };
  const typeText = (text: string) => {
    const type = parseType(text);
    return type === undefined ? undefined : `"${formatType(type)}"`;
  };
  const names = alternatives(textsOf(options, 'name'), nameText, true);
  const types = alternatives(textsOf(options, 'type'), typeText, true);
  const upstreams = alternatives(textsOf(options, 'upstream'), upstreamText, true);
  const clientsGiven = clientsOf(options);
  const isV6 = clientsGiven.some((client) => client.includes(':'));
  const clients = alternatives(clientsGiven, clientText, isV6);
  // A summary has a prefix that the client may be in.
  const summary = { text: `"${SUMMARY}"`, isAnyCase: false };
  const orSummary = clients.map((some) => [...some, summary]);
  return [...plain, ...names, ...types, ...upstreams, ...orSummary];
}

function clientsOf(options: FilterTexts): string[] {
  return textsOf(options, 'client').flatMap((text) => text.split(','));
}

/** How an address, or all of an IPv4 prefix of whole octets, is written in a record. */
function clientText(client: string): string | undefined {
  const prefix = parsePrefix(client);
  if (typeof prefix === 'string') return undefined;
  const { family, length, words } = prefix;
  const address = formatAddress(family, words);
  if (length === WHOLE[family]) return `"${address}"`;
  if (family === 6 || length < 8 || length % 8 !== 0) return undefined;
  return `"${address.split('.', length / 8).join('.')}.`;
}

/** One key of each of these lists is in every block that has a record which is meant. */
function keysOfOptions(options: FilterTexts): string[][] {
  const some = [
    clientsOf(options).map(keysOfClient),
    textsOf(options, 'name').map(keysOfName),
    textsOf(options, 'type').map((text) => keyOf('t', parseType(text), formatType)),
    textsOf(options, 'rcode').map((text) => keyOf('k', parseRcode(text), formatRcode)),
    textsOf(options, 'upstream').map((text) => [`u${upstreamText(text)}`]),
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

/** Port 0 is no port to send to: it stands for every port. */
function upstreamText(text: string): string {
  const endpoint = parseEndpoint(text.replace(SCHEME, ''), 0);
  if (endpoint === undefined) return text;
  const written = formatEndpoint(endpoint);
  return endpoint.port === 0 ? written.slice(0, -1) : written;
}

function keysOfName(name: string): string[] | undefined {
  const suffix = suffixOf(name);
  return suffix === undefined ? undefined : [`n${suffix}`];
}

/** Undefined when it is no name, or the root, which every name has. */
function suffixOf(name: string): string | undefined {
  const wire = parseName(name);
  if (typeof wire === 'string') return undefined;
  const suffix = formatName(lowerName(wire));
  return suffix === '.' ? undefined : suffix;
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
