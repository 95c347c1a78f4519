/** Fields of keys, signatures and proofs (RFC 4034, RFC 4398, RFC 5155). */

import { parseType } from '../../wire/registry.ts';
import { formatOctets } from './escape.ts';
import {
  type Field,
  fixed,
  parseNumber,
  pushNumber,
  type Rest,
  skipString,
  type Unexpected,
} from './rdata-field.ts';
import type { RdataToken } from './zone-scanner.ts';

const BASE64_EXPECTED = 'base64';

/** RFC 4034 appendix A.1 and the registry of DNS security algorithms. */
const ALGORITHMS = {
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  ECC: 4,
  RSASHA1: 5,
  'DSA-NSEC3-SHA1': 6,
  NSEC3DSA: 6,
  'RSASHA1-NSEC3-SHA1': 7,
  NSEC3RSASHA1: 7,
  RSASHA256: 8,
  RSASHA512: 10,
  'ECC-GOST': 12,
  ECDSAP256SHA256: 13,
  ECDSA256: 13,
  ECDSAP384SHA384: 14,
  ECDSA384: 14,
  ED25519: 15,
  ED448: 16,
  INDIRECT: 252,
  PRIVATEDNS: 253,
  PRIVATEOID: 254,
} as const;

/** RFC 4398 section 2.1. */
const CERTIFICATES = {
  PKIX: 1,
  SPKI: 2,
  PGP: 3,
  IPKIX: 4,
  ISPKI: 5,
  IPGP: 6,
  ACPKIX: 7,
  IACPKIX: 8,
  URI: 253,
  OID: 254,
} as const;

export const ALGORITHM: Field = mnemonic(1, 'algorithm', ALGORITHMS);
export const CERTIFICATE: Field = mnemonic(2, 'certificate', CERTIFICATES);

/** A number, or a word that stands for one. */
function mnemonic(octets: 1 | 2, name: string, words: Readonly<Record<string, number>>): Field {
  return fixed(octets, name, (token, out) => {
    const word = formatOctets(token.octets).toUpperCase();
    const value = Object.hasOwn(words, word) ? words[word]! : parseNumber(token, 256 ** octets - 1);
    if (value < 0) return `a number from 0 to ${256 ** octets - 1}, or a mnemonic`;
    pushNumber(value, octets, out);
    return undefined;
  });
}

export const TYPE_COVERED: Field = fixed(2, 'type', ({ octets }, out) => {
  const type = parseType(formatOctets(octets));
  if (type === undefined) return 'a type';
  pushNumber(type, 2, out);
  return undefined;
});

/** RFC 4034 section 3.2: YYYYMMDDHHmmSS in UTC, or seconds since the epoch. */
export function instant(name: string): Field {
  return fixed(4, name, (token, out) => {
    const text = formatOctets(token.octets);
    const value = text.length === 14 ? parseInstant(text) : parseNumber(token, 0xffffffff);
    if (value < 0) return 'a time like 20261121000000, or seconds';
    pushNumber(value, 4, out);
    return undefined;
  });
}

/** Seconds since the epoch, modulo 2^32 (RFC 4034 section 3.1.5); -1 for what is no time. */
function parseInstant(text: string): number {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z');
  const time = Date.parse(iso);
  return iso === text || Number.isNaN(time) ? -1 : (time / 1000) >>> 0;
}

/** Octets in base64, of which blanks may stand between any two characters. */
export const BASE64: Rest = {
  name: 'base64',
  write(tokens, out) {
    const text = tokens.map(({ octets }) => Buffer.from(octets).toString('latin1')).join('');
    if (text === '') return { field: 0, expected: BASE64_EXPECTED };
    if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
      return { field: tokens.findIndex(isNotBase64(tokens.length)), expected: BASE64_EXPECTED };
    }
    for (const octet of Buffer.from(text, 'base64')) out.push(octet);
    return undefined;
  },
  isWhole: (rdata, at) => at <= rdata.length,
};

/** Finds the token to blame: the first with a wrong character, or the last. */
function isNotBase64(count: number) {
  return ({ octets }: RdataToken, i: number): boolean =>
    i === count - 1 || !/^[A-Za-z0-9+/]*$/.test(Buffer.from(octets).toString('latin1'));
}

/** RFC 5155 section 3.3: hexadecimal digits behind their length, or `-`. */
export const SALT: Field = {
  name: 'salt',
  write({ octets }, out) {
    const text = formatOctets(octets);
    const isSalt = octets.length <= 2 * 255 && /^(?:[\da-f]{2})+$/i.test(hexText(octets));
    if (text !== '-' && !isSalt) return '- or hexadecimal digits';
    const salt = text === '-' ? [] : [...Buffer.from(hexText(octets), 'hex')];
    out.push(salt.length, ...salt);
    return undefined;
  },
  skip: skipString,
};

function hexText(octets: Uint8Array): string {
  return Buffer.from(octets).toString('latin1');
}

const BASE32 = '0123456789abcdefghijklmnopqrstuv';

/** RFC 5155 section 3.3: base32 with the extended hexadecimal alphabet, behind its length. */
export const HASH: Field = {
  name: 'hash',
  write({ octets }, out) {
    const hash: number[] = [];
    let bits = 0;
    let held = 0;
    for (const octet of octets) {
      const value = BASE32.indexOf(String.fromCharCode(octet).toLowerCase());
      if (value < 0) return 'base32hex';
      held = ((held << 5) | value) & 0xfff;
      bits += 5;
      if (bits < 8) continue;
      bits -= 8;
      hash.push((held >> bits) & 0xff);
    }
    if (hash.length === 0 || hash.length > 255) return 'base32hex';
    out.push(hash.length, ...hash);
    return undefined;
  },
  skip: skipString,
};

/** RFC 4034 section 4.1.2: types as a bit map in windows of 256. */
export const TYPES: Rest = {
  name: 'types',
  write(tokens, out) {
    const types: number[] = [];
    for (const [field, { octets }] of tokens.entries()) {
      const type = parseType(formatOctets(octets));
      if (type === undefined) return { field, expected: 'a type' } satisfies Unexpected;
      types.push(type);
    }
    const windows = new Set(types.map((type) => type >> 8).sort((a, b) => a - b));
    for (const window of windows) {
      const bits = types.filter((type) => type >> 8 === window).map((type) => type & 0xff);
      const map = new Uint8Array((Math.max(...bits) >> 3) + 1);
      for (const bit of bits) map[bit >> 3]! |= 0x80 >> (bit & 7);
      out.push(window, map.length, ...map);
    }
    return undefined;
  },
  isWhole(rdata, at) {
    let next = at;
    for (let before = -1; next + 2 <= rdata.length; next += 2 + rdata[next + 1]!) {
      const isMap = rdata[next]! > before && rdata[next + 1]! >= 1 && rdata[next + 1]! <= 32;
      if (!isMap) return false;
      before = rdata[next]!;
    }
    return next === rdata.length;
  },
};
