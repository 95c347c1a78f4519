/** The parameters of SVCB and HTTPS records in text (RFC 9460 sections 2 and 7). */

import { readUint16 } from '../../wire/header.ts';
import { formatOctets, resolveEscapes } from './escape.ts';
import { IPV4, IPV6, MAX_STRING, parseNumber, type Rest } from './rdata-field.ts';
import type { RdataToken } from './zone-scanner.ts';

/** Puts a value into `out`, or returns what was expected of it. */
type WriteValue = (value: Uint8Array | undefined, out: number[]) => string | undefined;

interface Param {
  readonly key: number;
  readonly write: WriteValue;
}

const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const EQUALS = 0x3d;

const ALPN = 1;
const NO_DEFAULT_ALPN = 2;

const PARAMS: ReadonlyMap<string, Param> = new Map([
  ['alpn', { key: ALPN, write: writeAlpn }],
  ['no-default-alpn', { key: NO_DEFAULT_ALPN, write: writeNothing }],
  ['port', { key: 3, write: writePort }],
  ['ipv4hint', { key: 4, write: hints(IPV4.write, 'IPv4 addresses with commas between') }],
  ['ipv6hint', { key: 6, write: hints(IPV6.write, 'IPv6 addresses with commas between') }],
]);

const PARAM_EXPECTED = `${[...PARAMS.keys()].join(', ')}; others only by the whole record as \\# text`;

/** Parameters in any order; RFC 9460 section 2.2 has them ascend in the RDATA. */
export const SVC_PARAMS: Rest = {
  name: 'parameters',
  write(tokens, out) {
    const values = new Map<number, number[]>();
    for (let field = 0; field < tokens.length; ) {
      const { name, value, next } = splitParam(tokens, field);
      const param = PARAMS.get(name);
      if (param === undefined) return { field, expected: PARAM_EXPECTED };
      if (values.has(param.key)) return { field, expected: 'each parameter once' };
      const octets: number[] = [];
      const expected = param.write(value, octets);
      if (expected !== undefined) return { field, expected };
      values.set(param.key, octets);
      field = next;
    }
    if (values.has(NO_DEFAULT_ALPN) && !values.has(ALPN)) {
      return { field: tokens.length, expected: 'an alpn with no-default-alpn' };
    }
    for (const [key, octets] of [...values].sort(([a], [b]) => a - b)) {
      out.push(0, key, octets.length >> 8, octets.length & 0xff);
      for (const octet of octets) out.push(octet);
    }
    return undefined;
  },
  isWhole(rdata, at) {
    let next = at;
    for (let before = -1; next + 4 <= rdata.length; ) {
      const key = readUint16(rdata, next);
      if (key <= before) return false;
      before = key;
      next += 4 + readUint16(rdata, next + 2);
    }
    return next === rdata.length;
  },
};

/** A quoted value is a field of its own behind `key=`. */
function splitParam(tokens: readonly RdataToken[], field: number) {
  const { octets } = tokens[field]!;
  const equals = octets.indexOf(EQUALS);
  const name = formatOctets(equals < 0 ? octets : octets.subarray(0, equals));
  if (equals < 0) return { name, value: undefined, next: field + 1 };
  const quoted = equals === octets.length - 1 && tokens[field + 1]?.quoted === true;
  const value = quoted ? tokens[field + 1]!.octets : octets.subarray(equals + 1);
  return { name, value, next: field + (quoted ? 2 : 1) };
}

function writeNothing(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : 'no value';
}

function writePort(value: Uint8Array | undefined, out: number[]): string | undefined {
  const port = value === undefined ? -1 : parseNumber({ octets: value, quoted: false }, 0xffff);
  if (port < 0) return 'a number from 0 to 65535';
  out.push(port >> 8, port & 0xff);
  return undefined;
}

function writeAlpn(value: Uint8Array | undefined, out: number[]): string | undefined {
  const resolved = value === undefined ? undefined : resolveEscapes(value);
  if (resolved === undefined) return 'protocols with commas between';
  for (const protocol of splitList(resolved)) {
    if (protocol.length === 0 || protocol.length > MAX_STRING) {
      return `protocols of 1 to ${MAX_STRING} octets with commas between`;
    }
    out.push(protocol.length, ...protocol);
  }
  return undefined;
}

/** RFC 9460 appendix A.1: within a list a backslash takes the meaning from a comma. */
function splitList(list: Uint8Array): number[][] {
  const items: number[][] = [[]];
  for (let i = 0; i < list.length; i++) {
    if (list[i] === COMMA) {
      items.push([]);
      continue;
    }
    if (list[i] === BACKSLASH && i + 1 < list.length) i++;
    items.at(-1)!.push(list[i]!);
  }
  return items;
}

function hints(write: typeof IPV4.write, expected: string): WriteValue {
  const noOrigin = new Uint8Array(1);
  return (value, out) => {
    for (const item of splitList(value ?? new Uint8Array(0))) {
      const token = { octets: Uint8Array.from(item), quoted: false };
      if (write(token, out, noOrigin) !== undefined) return expected;
    }
    return undefined;
  };
}
