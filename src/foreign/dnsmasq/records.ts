/** `cname`, `txt-record`, `mx-host`, `srv-host`, `ptr-record`, `naptr-record`, `dns-rr`, `caa-record`. */

import { hostname } from 'node:os';
import { RrType } from '../../wire/registry.ts';
import { domainSuffix, localTtl } from './hosts.ts';
import { type Option, wordsOf } from './lines.ts';
import type { LocalNames, LocalRecord } from './local-names.ts';
import { canonical, wireOf } from './names.ts';
import { allOf, type DnsmasqParts, oneOf } from './parts.ts';

const CAA = 257;

export function readRecords(names: LocalNames, parts: DnsmasqParts): void {
  for (const option of allOf(parts, 'cname')) addAliases(option, names, parts);
  for (const option of parts.options) {
    const build = BUILDERS[option.name];
    if (build === undefined) continue;
    const words = wordsOf(option);
    const name = canonical(words[0] ?? '');
    const built = build(words.slice(1), parts);
    if (name === undefined || built === undefined) {
      const expected = `expect ${option.name}=${EXAMPLES[option.name]}`;
      parts.problems.add(
        option.place,
        `${option.name}=${words.join(',')} is no record; ${expected}`,
      );
      continue;
    }
    const { type, rdata } = built;
    const record: LocalRecord = {
      record: { type, ttl: localTtl(parts), rdata },
      place: option.place,
    };
    if (option.name === 'dns-rr' || option.name === 'caa-record') names.addRaw(name, record);
    else names.addRecord(built.owner?.(name) ?? name, record);
  }
  addMxOfHost(names, parts);
}

/** With `localmx` or `mx-target` mail for this host itself goes to the target. */
function addMxOfHost(names: LocalNames, parts: DnsmasqParts): void {
  const option = oneOf(parts, 'localmx') ?? oneOf(parts, 'mx-target');
  const name = canonical(hostname());
  const rdata = made(RrType.MX, [uint16('1'), nameOctets(mxTarget(parts))]);
  if (option === undefined || name === undefined || rdata === undefined) return;
  const hasOwn = names.records.get(name)?.some(({ record }) => record.type === RrType.MX);
  if (hasOwn === true) return;
  const record = { ...rdata, ttl: localTtl(parts) };
  names.addRecord(name, { record, place: option.place });
}

interface Built {
  readonly type: number;
  readonly rdata: Uint8Array;
  /** Where it is not the first word as it stands. */
  readonly owner?: (name: string) => string;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  'txt-record': 'NAME,TEXT',
  'mx-host': 'NAME,TARGET,10',
  'srv-host': '_service._tcp.example.com,TARGET,443',
  'ptr-record': 'NAME,TARGET',
  'naptr-record': 'NAME,ORDER,PREFERENCE,FLAGS,SERVICE,REGEXP',
  'dns-rr': 'NAME,TYPE,HEX',
  'caa-record': 'NAME,0,issue,ca.example',
};

const BUILDERS: Readonly<
  Record<string, (words: readonly string[], parts: DnsmasqParts) => Built | undefined>
> = {
  'txt-record': (words) => ({
    type: RrType.TXT,
    rdata: Buffer.concat(words.length === 0 ? [strings('')] : words.map(strings)),
  }),
  'mx-host': ([target, preference = '1'], parts) => {
    const host = target || mxTarget(parts);
    return made(RrType.MX, [uint16(preference), nameOctets(host)]);
  },
  'srv-host': ([target = '', port = '1', priority = '0', weight = '0'], parts) => {
    const built = made(RrType.SRV, [...[priority, weight, port].map(uint16), nameOctets(target)]);
    return built && { ...built, owner: (name) => serviceName(name, parts) };
  },
  'ptr-record': ([target = '']) => made(RrType.PTR, [nameOctets(target)]),
  'naptr-record': ([order = '', preference = '', flags, services, regexp, replace = '']) =>
    regexp === undefined
      ? undefined
      : made(RrType.NAPTR, [
          ...[order, preference].map(uint16),
          ...[flags, services, regexp].map((text) => strings(text ?? '')),
          nameOctets(replace),
        ]),
  'dns-rr': ([type = '', digits = '']) => {
    const hex = digits.replace(/[:\s]/g, '');
    if (!/^\d+$/.test(type) || !/^(?:[\da-fA-F]{2})*$/.test(hex)) return undefined;
    return { type: Number(type), rdata: Buffer.from(hex, 'hex') };
  },
  'caa-record': ([flags = '', tag, value]) =>
    tag === undefined || value === undefined || !/^\d+$/.test(flags)
      ? undefined
      : {
          type: CAA,
          rdata: Buffer.concat([Uint8Array.of(Number(flags)), strings(tag), Buffer.from(value)]),
        },
};

/** A service of two labels gets the domain of `domain=`. */
function serviceName(name: string, parts: DnsmasqParts): string {
  const suffix = domainSuffix(parts);
  return suffix !== undefined && name.split('.').length === 2 ? `${name}.${suffix}` : name;
}

export function mxTarget(parts: Pick<DnsmasqParts, 'options'>): string {
  return allOf(parts, 'mx-target').at(-1)?.value ?? hostname();
}

function made(type: number, pieces: readonly (Uint8Array | undefined)[]): Built | undefined {
  const whole = pieces.filter((piece) => piece !== undefined);
  return whole.length < pieces.length ? undefined : { type, rdata: Buffer.concat(whole) };
}

function uint16(text: string): Uint8Array | undefined {
  const value = Number(text);
  const isOne = /^\d+$/.test(text) && value <= 0xffff;
  return isOne ? Uint8Array.of(value >> 8, value & 255) : undefined;
}

/** The root where it is empty. */
function nameOctets(text: string): Uint8Array | undefined {
  const name = text === '' ? '' : canonical(text);
  return name === undefined ? undefined : wireOf(name);
}

/** In pieces of at most 255 octets, each with its length. */
function strings(text: string): Uint8Array {
  const octets = Buffer.from(text);
  const count = Math.max(1, Math.ceil(octets.length / 255));
  return Buffer.concat(
    Array.from({ length: count }, (_, i) => {
      const piece = octets.subarray(255 * i, 255 * (i + 1));
      return Buffer.concat([Uint8Array.of(piece.length), piece]);
    }),
  );
}

/** `cname=ALIAS,ALIAS,TARGET,TTL` */
function addAliases(option: Option, names: LocalNames, parts: DnsmasqParts): void {
  const words = wordsOf(option);
  const hasTtl = words.length > 2 && /^-?\d+$/.test(words.at(-1)!);
  const ttl = hasTtl ? Number(words.at(-1)) : localTtl(parts);
  const aliases = words.slice(0, hasTtl ? -2 : -1);
  const target = canonical(words.at(hasTtl ? -2 : -1) ?? '');
  const wire = target === undefined ? undefined : wireOf(target);
  if (aliases.length === 0 || target === undefined || wire === undefined) {
    parts.problems.add(
      option.place,
      `cname=${words.join(',')} is no alias; expect cname=ALIAS,TARGET`,
    );
    return;
  }
  for (const word of aliases) {
    const alias = canonical(word);
    if (alias === undefined) {
      parts.problems.add(option.place, `cname: "${word}" is no name; expect cname=ALIAS,TARGET`);
    } else if (names.aliases.has(alias)) {
      parts.problems.add(
        option.place,
        `cname: ${word} has a target already; expect one for each alias`,
      );
    } else {
      const record = { type: RrType.CNAME, ttl, rdata: wire };
      names.addAlias(alias, { record, place: option.place, target });
    }
  }
}

/** dnsmasq does not start with aliases that lead back to themselves. */
export function checkLoops(names: LocalNames, parts: DnsmasqParts): void {
  for (const [alias, first] of names.aliases) {
    const seen = new Set<string>();
    let at: string | undefined = alias;
    while (at !== undefined && !seen.has(at)) {
      seen.add(at);
      at = names.aliases.get(at)?.target;
    }
    if (at !== alias) continue;
    parts.problems.add(first.place, `cname: ${alias} leads back to itself; expect an end`);
  }
}
