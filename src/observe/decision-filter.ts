/** Which decision records a reader asks for: the same words on the command line and over HTTP. */

import { parseDuration } from '../clock.ts';
import { LAYERS } from '../decision/layers.ts';
import { EVENTS, type Event, SUMMARY } from '../decision/outcome.ts';
import { formatEndpoint, parseAddress, parseEndpoint } from '../net/address.ts';
import { contains, type Prefix, parsePrefix } from '../net/prefix.ts';
import { CLIENT_TRANSPORTS } from '../wire/client-transport.ts';
import { formatName, lowerName, parseName } from '../wire/name.ts';
import { formatRcode, formatType, parseRcode, parseType } from '../wire/registry.ts';

/** A decision record as it was read, as far as its readers look at it. */
export interface DecisionRecord {
  readonly time: string;
  readonly event: Event | typeof SUMMARY;
  /** What decisions a summary stands for, and how many. */
  readonly of?: string;
  readonly count?: number;
  readonly ref?: string;
  readonly node?: string;
  readonly policy?: string;
  readonly client?: string;
  readonly group?: string;
  readonly transport?: string;
  readonly view?: string;
  readonly opcode?: string;
  readonly rd?: unknown;
  readonly qname?: string;
  readonly qtype?: string;
  readonly qclass?: string;
  readonly rcode?: string;
  readonly layer?: string;
  readonly origin?: string;
  readonly action?: string;
  readonly would?: { readonly action?: string };
  readonly trigger?: string;
  readonly match?: string;
  readonly rule?: {
    readonly id?: string;
    readonly file?: string;
    readonly line?: number;
    readonly implicit?: unknown;
  };
  readonly upstream?: {
    readonly address?: string;
    readonly verdict?: string;
    readonly scope?: string;
    readonly confidence?: string;
  };
  readonly attempts?: readonly { readonly address?: string }[];
  readonly ede?: unknown;
  readonly hint?: unknown;
}

type Test = (record: DecisionRecord) => boolean;

/** What a record has to meet, all of it. */
export type Filter = readonly Test[];

const SCHEME = /^([a-z]+:\/\/)?(.*)$/s;
const RECORD_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const ISO_TIME = /^(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/;

/** The events of records. */
export const RECORDED_EVENTS = [...EVENTS, SUMMARY] as const;

/** Each option: the test that its text asks for, or what is wrong with the text. */
const FILTERS = {
  client: (text) => {
    const prefixes = text.split(',').map((one) => parsePrefix(one));
    const wrong = prefixes.find((one) => typeof one === 'string');
    if (wrong !== undefined) return wrong;
    return ({ client = '' }) => prefixes.some((one) => meets(one as Prefix, client));
  },
  name: (text) => {
    const wire = parseName(text);
    if (typeof wire === 'string') {
      return `${shown(text)} has ${wire}; expect a name like example.com`;
    }
    const suffix = formatName(lowerName(wire));
    return ({ qname }) => qname !== undefined && isBelow(qname.toLowerCase(), suffix);
  },
  type: (text) => {
    const type = parseType(text);
    if (type === undefined)
      return `${shown(text)} is not a type; expect one like AAAA or TYPE65280`;
    const name = formatType(type);
    return ({ qtype }) => qtype === name;
  },
  layer: (text) => oneOf(LAYERS, text) ?? (({ layer }) => layer === text),
  event: (text) => oneOf(RECORDED_EVENTS, text) ?? (({ event }) => event === text),
  upstream: (text) => byUpstream(text),
  group:
    (text) =>
    ({ group }) =>
      group === text,
  view:
    (text) =>
    ({ view }) =>
      view === text,
  node:
    (text) =>
    ({ node }) =>
      node === text,
  rule:
    (text) =>
    ({ rule }) =>
      rule?.id === text,
  rcode: (text) => {
    const number = parseRcode(text);
    if (number === undefined) return `${shown(text)} is not an rcode; expect one like NXDOMAIN`;
    const name = formatRcode(number);
    return ({ rcode }) => rcode === name;
  },
  transport: (text) => oneOf(CLIENT_TRANSPORTS, text) ?? (({ transport }) => transport === text),
  since: (text, now) => {
    const start = parseStart(text, now);
    return start === undefined ? noTime(text) : ({ time }) => time >= start;
  },
  until: (text, now) => {
    const end = parseStart(text, now);
    return end === undefined ? noTime(text) : ({ time }) => time < end;
  },
  ref: (text) => (record) => record.ref === text,
} as const satisfies Readonly<Record<string, (text: string, now: number) => Test | string>>;

/** The name of an option that selects records. */
export type FilterOption = keyof typeof FILTERS;

/** Every option that selects records. */
export const FILTER_OPTIONS = Object.keys(FILTERS) as readonly FilterOption[];

/** Options that a record meets in one way only. The others may be given more than once: any of them. */
export const SINGLE_OPTIONS = ['since', 'until', 'ref'] as const satisfies readonly FilterOption[];

/** What options are given; several texts of one: any of them. */
export type FilterTexts = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The texts that an option is given: none, one or several. */
export function textsOf(options: FilterTexts, option: FilterOption): readonly string[] {
  const given = options[option];
  if (given === undefined) return [];
  return typeof given === 'string' ? [given] : given;
}

/**
 * The filter that options ask for, seen from `now`; a text that names the option, what is wrong
 * with it and what is expected. Options that do not select records are passed over.
 */
export function parseFilter(options: FilterTexts, now: number): Filter | string {
  const filter: Test[] = [];
  for (const option of FILTER_OPTIONS) {
    const tests = textsOf(options, option).map((text) => FILTERS[option](text, now));
    const wrong = tests.find((test) => typeof test === 'string');
    if (wrong !== undefined) return `${option}: ${wrong}`;
    const [only, ...others] = tests as Test[];
    if (only === undefined) continue;
    filter.push(
      others.length === 0 ? only : (record) => (tests as Test[]).some((test) => test(record)),
    );
  }
  return filter;
}

/** Whether a record is one of those asked for. */
export function matches(filter: Filter, record: DecisionRecord): boolean {
  return filter.every((test) => test(record));
}

/** The decision record that a line is; undefined when it is something else. */
export function parseDecision(line: string): DecisionRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isDecision(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const EVENT_NAMES: ReadonlySet<unknown> = new Set(RECORDED_EVENTS);
/** Fields of a record that are texts, when they are there. */
export const RECORD_TEXTS = [
  ...['of', 'ref', 'node', 'policy', 'client', 'group', 'transport', 'view', 'opcode'],
  ...['qname', 'qtype', 'qclass', 'rcode', 'layer', 'origin', 'action', 'trigger', 'match'],
] as const;

function isDecision(value: unknown): value is DecisionRecord {
  if (!hasTexts(value, RECORD_TEXTS)) return false;
  const { time, event, count, rule = {}, would = {}, upstream = {}, attempts = [] } = value;
  return (
    typeof time === 'string' &&
    isRecordTime(time) &&
    EVENT_NAMES.has(event) &&
    (typeof count === 'number') === (event === SUMMARY) &&
    hasTexts(rule, ['id', 'file']) &&
    hasTexts(would, ['action']) &&
    hasTexts(upstream, ['address', 'verdict', 'scope', 'confidence']) &&
    Array.isArray(attempts) &&
    attempts.every((attempt) => hasTexts(attempt, ['address']))
  );
}

/** Whether it is a time as records write it, of a day that there is. */
function isRecordTime(text: string): boolean {
  if (!RECORD_TIME.test(text)) return false;
  // Date takes the 30th of February for the 2nd of March.
  return text.slice(8, 10) < '29' || new Date(text).toISOString() === text;
}

/** Whether a value is an object whose fields of these names are texts or absent. */
function hasTexts(
  value: unknown,
  names: readonly string[],
): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  for (let i = 0; i < names.length; i++) {
    const field = fields[names[i]!];
    if (field !== undefined && typeof field !== 'string') return false;
  }
  return true;
}

/** Whether a client is in a prefix; of a summary's clients, whether some may be. */
function meets(prefix: Prefix, client: string): boolean {
  const address = parseAddress(client);
  if (address !== undefined) return contains(prefix, address);
  const clients = parsePrefix(client);
  return typeof clients !== 'string' && (contains(prefix, clients) || contains(clients, prefix));
}

/** Whether a name is `suffix` or below it; both absolute, in lower case and escaped alike. */
function isBelow(name: string, suffix: string): boolean {
  if (name === suffix || suffix === '.') return true;
  if (!name.endsWith(`.${suffix}`)) return false;
  // A dot behind an odd number of backslashes is a part of its label.
  const dot = name.length - suffix.length - 1;
  let backslashes = 0;
  while (name[dot - backslashes - 1] === '\\') backslashes++;
  return backslashes % 2 === 0;
}

/** A test for those who answered or were asked before. */
function byUpstream(text: string): Test | string {
  const [, scheme = '', bare = ''] = SCHEME.exec(text)!;
  const endpoint = parseEndpoint(bare, 0);
  if (endpoint === undefined || (scheme !== '' && scheme !== 'tcp://')) {
    return `${shown(text)} is not an upstream; expect an address like 192.0.2.1, 192.0.2.1:53 or [2001:db8::1]:53`;
  }
  const written = formatEndpoint(endpoint);
  // Port 0 is no port to send to: it stands for every port.
  const anyPort = endpoint.port === 0 ? written.slice(0, -1) : undefined;
  const isMeant = (address: string | undefined): boolean => {
    if (address === undefined) return false;
    const [, itsScheme = '', its = ''] = SCHEME.exec(address)!;
    if (scheme !== '' && scheme !== itsScheme) return false;
    return anyPort === undefined ? its === written : its.startsWith(anyPort);
  };
  return ({ upstream, attempts = [] }) =>
    isMeant(upstream?.address) || attempts.some(({ address }) => isMeant(address));
}

function noTime(text: string): string {
  return `${shown(text)} is not a time; expect a duration like 10m, 2h or 1d, or a time like 2026-11-20T23:00:00Z`;
}

function oneOf(words: readonly string[], text: string): string | undefined {
  if (words.includes(text)) return undefined;
  return `${shown(text)} is not known; expect ${words.join(', ')}`;
}

/** The first time that is meant, as records write it; undefined when the text is none. */
export function parseStart(text: string, now: number): string | undefined {
  const ago = parseDuration(text);
  return ago === undefined ? parseTime(text) : new Date(Math.max(now - ago, 0)).toISOString();
}

/** An ISO 8601 date, or date and time: UTC like the records, unless it has an offset. */
function parseTime(text: string): string | undefined {
  const [, date, time = 'T00:00', zone = 'Z'] = ISO_TIME.exec(text) ?? [];
  const day = new Date(`${date}T00:00Z`);
  const start = new Date(`${date}${time.replace(' ', 'T')}${zone}`);
  if (Number.isNaN(day.getTime()) || Number.isNaN(start.getTime())) return undefined;
  // Date takes the 30th of February for the 2nd of March.
  return day.toISOString().startsWith(date!) ? start.toISOString() : undefined;
}

function shown(text: string): string {
  return JSON.stringify(text);
}
