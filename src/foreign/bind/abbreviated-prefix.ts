/** Addresses and prefixes as BIND writes them: `10/8`, `192.168.1/24`, `2001:db8::/32`. */

import { type Prefix, parsePrefix } from '../../net/prefix.ts';

export interface WrittenPrefix {
  readonly prefix: Prefix;
  /** An IPv4-mapped IPv6 prefix (`::ffff:10.0.0.0/104`), which BIND takes and which matches no IPv4 client. */
  readonly isMapped: boolean;
}

/** A text for what is wrong. */
export function abbreviatedPrefix(text: string): WrittenPrefix | string {
  const [, digits, length] = /^(\d{1,3}(?:\.\d{1,3}){0,2})\.?(\/\d+)$/.exec(text) ?? [];
  const octets = digits?.split('.') ?? [];
  const zeros = Array.from({ length: 4 - octets.length }, () => '0');
  const whole = length === undefined ? text : [...octets, ...zeros].join('.') + length;
  const prefix = parsePrefix(whole);
  if (typeof prefix !== 'string')
    return { prefix, isMapped: prefix.family === 4 && text.includes(':') };
  const looksLikeOne = /^[\da-fA-F.:]*[.:][\da-fA-F.:]*(\/\d+)?$|^\d+\/\d+$/.test(text);
  return looksLikeOne
    ? prefix
    : `"${text}" is no acl that is defined above; expect one, an address or a prefix`;
}
