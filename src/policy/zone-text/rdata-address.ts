/** Fields that hold addresses of other kinds: of hardware, of networks, of gateways. */

import { parsePrefix } from '../../net/prefix.ts';
import { formatOctets } from './escape.ts';
import {
  domain,
  type Field,
  fixed,
  IPV4,
  IPV6,
  pushNumber,
  type Rest,
  type Unexpected,
} from './rdata-field.ts';
import { BASE64 } from './rdata-key.ts';
import type { RdataToken } from './zone-scanner.ts';

/** RFC 7043: octets in hexadecimal digits with hyphens between. */
export function hardwareAddress(octets: 6 | 8): Field {
  const pattern = new RegExp(`^(?:[\\da-f]{2}-){${octets - 1}}[\\da-f]{2}$`, 'i');
  return fixed(octets, 'address', (token, out) => {
    const text = formatOctets(token.octets);
    if (!pattern.test(text)) return `${octets} octets like 00-00-5e`;
    out.push(...Buffer.from(text.replaceAll('-', ''), 'hex'));
    return undefined;
  });
}

/** RFC 6742: 64 bits as four groups of hexadecimal digits. */
export const LOCATOR64: Field = fixed(8, 'locator', ({ octets }, out) => {
  const text = formatOctets(octets);
  if (!/^(?:[\da-f]{1,4}:){3}[\da-f]{1,4}$/i.test(text)) return 'four groups like 2001:db8:0:1';
  for (const group of text.split(':')) pushNumber(Number.parseInt(group, 16), 2, out);
  return undefined;
});

/** RFC 3123: any number of `1:192.0.2.0/24` or `!2:2001:db8::/32`. */
export const PREFIXES: Rest = {
  name: 'prefixes',
  write(tokens, out) {
    for (const [field, token] of tokens.entries()) {
      if (!writePrefix(formatOctets(token.octets), out)) {
        return { field, expected: 'prefixes like 1:192.0.2.0/24 and !2:2001:db8::/32' };
      }
    }
    return undefined;
  },
  isWhole(rdata, at) {
    let next = at;
    while (next + 4 <= rdata.length) next += 4 + (rdata[next + 3]! & 0x7f);
    return next === rdata.length;
  },
};

function writePrefix(text: string, out: number[]): boolean {
  const [, negation, family, address] = /^(!?)([12]):([^/]+\/\d+)$/.exec(text) ?? [];
  const prefix = address === undefined ? undefined : parsePrefix(address);
  if (prefix === undefined || typeof prefix === 'string') return false;
  if (prefix.family !== (family === '1' ? 4 : 6)) return false;
  const octets: number[] = [];
  for (const word of prefix.words) pushNumber(word, 4, octets);
  // RFC 3123 section 4: octets of value 0 at the end are left out.
  const length = octets.findLastIndex((octet) => octet !== 0) + 1;
  out.push(0, Number(family), prefix.length, (negation === '!' ? 0x80 : 0) | length);
  out.push(...octets.slice(0, length));
  return true;
}

/** What a gateway is (RFC 4025 section 2.3), by its number. */
const GATEWAYS: readonly Field[] = [
  fixed(0, 'gateway', ({ octets }) => (formatOctets(octets) === '.' ? undefined : '.')),
  IPV4,
  IPV6,
  domain('gateway'),
];

/** Offset of the octet with the kind. */
const GATEWAY_TYPE = 1;

/** IPSECKEY (RFC 4025) behind its three numbers: a gateway, and a key that may be left out. */
export const GATEWAY_AND_KEY: Rest = {
  name: 'gateway key',
  write(tokens, out, origin) {
    const gateway = GATEWAYS[out[GATEWAY_TYPE]!];
    const [first] = tokens as [RdataToken?];
    // The number that is wrong stands two fields before.
    if (gateway === undefined) return { field: -2, expected: 'a kind of gateway from 0 to 3' };
    const expected = first === undefined ? 'a gateway' : gateway.write(first, out, origin);
    if (expected !== undefined) return { field: 0, expected };
    if (tokens.length === 1) return undefined;
    const wrong = BASE64.write(tokens.slice(1), out, origin);
    return wrong && ({ ...wrong, field: wrong.field + 1 } satisfies Unexpected);
  },
  isWhole(rdata, at) {
    const gateway = GATEWAYS[rdata[GATEWAY_TYPE]!];
    return gateway !== undefined && gateway.skip(rdata, at) >= 0;
  },
};
