/** What selects records, as conditions in SQL: each record that is meant meets them, and maybe others. */

import { SUMMARY } from '../../decision/outcome.ts';
import { formatAddress, parseAddress } from '../../net/address.ts';
import { type Prefix, parsePrefix } from '../../net/prefix.ts';
import {
  type FilterOption,
  type FilterTexts,
  parseStart,
  textsOf,
} from '../../observe/decision-filter.ts';
import { formatName, lowerName, parseName } from '../../wire/name.ts';
import { formatRcode, formatType, parseRcode, parseType } from '../../wire/registry.ts';
import { quoteText } from './client.ts';

/** The times that are asked for: milliseconds since the epoch, the end not included. */
export function spanOf(
  options: FilterTexts,
  now: number,
): { readonly from: number | undefined; readonly to: number | undefined } {
  const [from, to] = (['since', 'until'] as const).map((option) => {
    const [text] = textsOf(options, option);
    const start = text === undefined ? undefined : parseStart(text, now);
    return start === undefined ? undefined : Date.parse(start);
  });
  return { from, to };
}

export function timesOf(options: FilterTexts, now: number): string {
  const { from, to } = spanOf(options, now);
  return all([
    ...(from === undefined ? [] : [`time >= ${from}`]),
    ...(to === undefined ? [] : [`time < ${to}`]),
  ]);
}

/** Of all options but those of time. */
export function conditionOf(options: FilterTexts): string {
  const conditions = Object.entries(CONDITIONS).flatMap(([option, write]) => {
    const texts = textsOf(options, option as FilterOption);
    return texts.length === 0 ? [] : [`(${texts.map(write).join(' OR ')})`];
  });
  return all(conditions);
}

const is = (column: string) => (text: string) => `${column} = ${quoteText(text)}`;

/** Of each option the condition that a text of it asks for; without one, all rows are read. */
const CONDITIONS: Readonly<Partial<Record<FilterOption, (text: string) => string>>> = {
  client: clientsOf,
  name: nameOf,
  type: (text) => is('qtype')(formatType(parseType(text)!)),
  rcode: (text) => is('rcode')(formatRcode(parseRcode(text)!)),
  layer: is('layer'),
  event: is('event'),
  group: is('client_group'),
  view: is('view'),
  rule: is('rule'),
  transport: is('transport'),
  node: is('node'),
  ref: is('ref'),
};

/** A summary has a prefix in place of an address. */
function clientsOf(text: string): string {
  const each = text.split(',').map((one) => {
    const prefix = parsePrefix(one);
    return typeof prefix === 'string' ? '1' : clientOf(prefix, one);
  });
  return `(${[...each, `event = '${SUMMARY}'`].join(' OR ')})`;
}

/** 18.16 has no type for addresses: what the text of one begins with has to do. */
function clientOf(prefix: Prefix, text: string): string {
  const address = parseAddress(text);
  if (address !== undefined) {
    return `client = ${quoteText(formatAddress(address.family, address.words))}`;
  }
  if (prefix.family === 6) return "position(client, ':') > 0";
  const octets = formatAddress(4, prefix.words)
    .split('.')
    .slice(0, prefix.length >> 3);
  if (octets.length === 4) return `client = ${quoteText(octets.join('.'))}`;
  return `startsWith(client, ${quoteText(octets.map((octet) => `${octet}.`).join(''))})`;
}

function nameOf(text: string): string {
  const wire = parseName(text);
  if (typeof wire === 'string') return '1';
  const suffix = formatName(lowerName(wire));
  if (suffix === '.') return "qname != ''";
  return `(qname = ${quoteText(suffix)} OR endsWith(qname, ${quoteText(`.${suffix}`)}))`;
}

function all(conditions: readonly string[]): string {
  return conditions.length === 0 ? '1' : conditions.join(' AND ');
}
