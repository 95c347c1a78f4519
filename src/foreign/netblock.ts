/** Prefixes as Unbound and dnsdist read them. */

import { parseAddress } from '../net/address.ts';
import { firstWords, type Prefix, parsePrefix } from '../net/prefix.ts';

/** Bits behind the length are masked in silence; ::ffff:a.b.c.d is no IPv4 address. */
export function parseNetblock(text: string): Prefix | string {
  const [head = '', digits] = text.split('/');
  const parsed = parseAddress(head);
  if (parsed === undefined || head.includes('%')) return parsePrefix(text);
  const isMapped = parsed.family === 4 && head.includes(':');
  const address = isMapped
    ? { family: 6 as const, words: Uint32Array.of(0, 0, 0xffff, parsed.words[0]!) }
    : parsed;
  const bits = address.family === 4 ? 32 : 128;
  const length = Number(digits ?? bits);
  if (!/^\d{1,3}$/.test(digits ?? '0') || length > bits)
    return `"${text}" is not a prefix; expect a length of 0 to ${bits}`;
  const prefix = { ...address, length };
  return { ...prefix, words: firstWords(prefix) };
}
