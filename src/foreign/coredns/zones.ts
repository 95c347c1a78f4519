/** Zones of server blocks and plugins: names, and address prefixes for their reverse names. */

import { type Prefix, parsePrefix } from '../../net/prefix.ts';
import { lowerName, parentName, parseName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import type { Problems } from '../problems.ts';
import { keyOf } from '../zone-data.ts';
import type { Token } from './tokens.ts';

/** A name in lower-case wire format. */
export type Zone = Uint8Array;

/** Names as they are written; what is none is reported. */
export function zonesOf(tokens: readonly Token[], problems: Problems): readonly Zone[] {
  return tokens.flatMap(({ text, place }) => {
    const zone = zoneOf(text);
    return typeof zone === 'string' ? (problems.add(place, zone) ?? []) : [zone];
  });
}

/** A text for what is wrong. */
export function zoneOf(text: string): Zone | string {
  const prefix = parsePrefix(text);
  const isReverse = typeof prefix !== 'string' && text.includes('/');
  const wire = parseName(isReverse ? reverseOf(prefix) : text);
  return typeof wire === 'string' ? `"${text}" has ${wire}; expect a domain name` : lowerName(wire);
}

/** `10.0.0.0/8` is `10.in-addr.arpa`; of lengths between octets, the shorter name. */
function reverseOf({ family, words, length }: Prefix): string {
  if (family === 4) {
    const octets = [24, 16, 8, 0].map((shift) => (words[0]! >>> shift) & 255);
    return [...octets.slice(0, Math.floor(length / 8)).reverse(), 'in-addr.arpa'].join('.');
  }
  const nibbles = Array.from({ length: 32 }, (_, i) =>
    ((words[i >> 3]! >>> (28 - 4 * (i & 7))) & 15).toString(16),
  );
  return [...nibbles.slice(0, Math.floor(length / 4)).reverse(), 'ip6.arpa'].join('.');
}

/** The labels of the longest zone that the name is in; -1 when it is in none. */
export function depthIn({ name, nameLength }: Query, zones: readonly Zone[]): number {
  const keys = zones.map(keyOf);
  let at: Uint8Array | undefined = name.subarray(0, nameLength);
  for (; at !== undefined; at = parentName(at)) if (keys.includes(keyOf(at))) return at.length;
  return -1;
}

export function isWithin(query: Query, zones: readonly Zone[]): boolean {
  return depthIn(query, zones) >= 0;
}
