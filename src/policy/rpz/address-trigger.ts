/**
 * Owners of rules on addresses (draft-vixie-dnsop-dns-rpz-00 section 4.1.1): the length of the
 * prefix, then the address from its end: `24.0.2.0.192`, `48.zz.1.db8.2001`.
 */

import { type Prefix, parsePrefix } from '../../net/prefix.ts';

const MAX_GROUPS = 8;

/** The prefix of the first `length` octets of an owner; a text that describes what is wrong. */
export function readAddressOwner(owner: Uint8Array, length: number): Prefix | string {
  const labels: string[] = [];
  for (let at = 0; at < length; at += owner[at]! + 1) {
    labels.push(String.fromCharCode(...owner.subarray(at + 1, at + 1 + owner[at]!)));
  }
  const [bits = '', ...reversed] = labels;
  if (!/^[1-9]\d{0,2}$/.test(bits)) return 'no length of a prefix';
  const parts = reversed.reverse();
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))
    ? toPrefix(`${parts.join('.')}/${bits}`)
    : readIpv6(parts, bits);
}

function toPrefix(text: string): Prefix | string {
  const prefix = parsePrefix(text);
  if (typeof prefix !== 'string') return prefix;
  return prefix.includes('bits set') ? 'bits behind the length' : 'no prefix';
}

function readIpv6(parts: readonly string[], bits: string): Prefix | string {
  const gaps = parts.filter((part) => part === 'zz').length;
  const isGroup = (part: string) => /^(?:0|[1-9a-f][0-9a-f]{0,3})$/.test(part);
  const wellFormed = parts.every((part) => part === 'zz' || isGroup(part));
  const isWhole = gaps === 0 ? parts.length === MAX_GROUPS : parts.length <= MAX_GROUPS;
  if (!wellFormed || gaps > 1 || !isWhole) return 'no address';
  const missing = MAX_GROUPS - parts.length + gaps;
  const groups = parts.flatMap((part) => (part === 'zz' ? Array(missing).fill('0') : [part]));
  return toPrefix(`${groups.join(':')}/${bits}`);
}
