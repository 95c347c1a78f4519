/** RDATA as a zone file has it: readable where people look, as octets elsewhere (RFC 3597). */

import { readUint16, readUint32 } from '../../../wire/header.ts';
import { formatName, nameLength } from '../../../wire/name.ts';
import { RrType } from '../../../wire/registry.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

type Format = (rdata: Uint8Array) => string;

const FORMATS: ReadonlyMap<number, Format> = new Map<number, Format>([
  [RrType.A, (rdata) => rdata.join('.')],
  [RrType.AAAA, formatIpv6],
  [RrType.CNAME, (rdata) => formatName(rdata)],
  [RrType.DNAME, (rdata) => formatName(rdata)],
  [RrType.NS, (rdata) => formatName(rdata)],
  [RrType.PTR, (rdata) => formatName(rdata)],
  [RrType.MX, (rdata) => `${readUint16(rdata, 0)} ${formatName(rdata, 2)}`],
  [RrType.SOA, formatSoa],
  [RrType.TXT, formatStrings],
]);

const LENGTHS: ReadonlyMap<number, number> = new Map([
  [RrType.A, 4],
  [RrType.AAAA, 16],
]);

/** The text of RDATA whose names are not compressed. */
export function formatRdata(type: number, rdata: Uint8Array): string {
  const format = FORMATS.get(type);
  const length = LENGTHS.get(type) ?? rdata.length;
  const isKnown = format !== undefined && rdata.length > 0 && rdata.length === length;
  return isKnown ? format(rdata) : formatOctets(rdata);
}

function formatOctets(rdata: Uint8Array): string {
  const digits = Buffer.from(rdata).toString('hex');
  return digits === '' ? '\\# 0' : `\\# ${rdata.length} ${digits}`;
}

function formatIpv6(rdata: Uint8Array): string {
  return Array.from({ length: 8 }, (_, i) => readUint16(rdata, 2 * i).toString(16)).join(':');
}

function formatSoa(rdata: Uint8Array): string {
  const mailboxAt = nameLength(rdata);
  const numbersAt = mailboxAt + nameLength(rdata, mailboxAt);
  const numbers = Array.from({ length: 5 }, (_, i) => readUint32(rdata, numbersAt + 4 * i));
  return [formatName(rdata), formatName(rdata, mailboxAt), ...numbers].join(' ');
}

/** Character-strings; what does not add up to them is written as octets. */
function formatStrings(rdata: Uint8Array): string {
  const strings: string[] = [];
  let at = 0;
  while (at < rdata.length) {
    const end = at + 1 + rdata[at]!;
    strings.push(`"${Array.from(rdata.subarray(at + 1, end), formatCharacter).join('')}"`);
    at = end;
  }
  return at === rdata.length ? strings.join(' ') : formatOctets(rdata);
}

function formatCharacter(octet: number): string {
  if (octet === QUOTE || octet === BACKSLASH) return `\\${String.fromCharCode(octet)}`;
  const isPrintable = octet >= 0x20 && octet < 0x7f;
  return isPrintable ? String.fromCharCode(octet) : `\\${String(octet).padStart(3, '0')}`;
}
