/** From options to the table of servers and addresses by domain. */

import { parseAddress } from '../../net/address.ts';
import { parseOctets } from '../addresses.ts';
import type { Left } from '../left.ts';
import { type Option, unhide, wordsOf } from './lines.ts';
import { canonical } from './names.ts';
import type { DnsmasqParts } from './parts.ts';
import type { ServerEntry } from './servers.ts';

type Kind = Pick<ServerEntry, 'kind' | 'address' | 'server'>;

/** `server`, `local`, `address`: `/a/b/VALUE`, or the value alone. */
export function entriesOf(option: Option, parts: DnsmasqParts): readonly ServerEntry[] {
  const text = unhide(option.value ?? '').trim();
  const pieces = text.startsWith('/') ? text.slice(1).split('/') : [text];
  const value = pieces.pop()!.trim();
  const hasDomains = text.startsWith('/');
  const kind = kindOf(option, value, parts);
  if (kind === undefined) return [];
  const domains = hasDomains ? pieces.flatMap(withEmptied) : [undefined];
  return domains.flatMap((domain) => {
    const own = domainOf(domain ?? '');
    const isForSimpleNames = domain === '';
    if (own === undefined) {
      const expected = `expect ${option.name}=/example.com/…`;
      parts.problems.add(option.place, `"${domain}" is no domain; ${expected}`);
      return [];
    }
    if (isForSimpleNames && kind.kind === 'standard') parts.left.push(fatal(option));
    return [{ ...own, ...kind, isForSimpleNames, option }];
  });
}

/** dnsmasq empties a `#` before other domains, and takes its place for `//` too. */
function withEmptied(piece: string, at: number, { length }: readonly string[]): readonly string[] {
  const domain = piece.trim();
  return domain === '#' && at < length - 1 ? ['#', ''] : [domain];
}

function fatal({ name, value, place }: Option): Left {
  const instead = 'dnsmasq 2.90 ends when a name without a dot is asked; name the servers';
  return { place, what: `${name}=${value}`, instead, decides: true };
}

/** `*x` is whatever ends with x, `.x` is x, `#` is all. */
function domainOf(text: string): Pick<ServerEntry, 'domain' | 'isWildcard'> | undefined {
  const isStar = text.startsWith('*');
  const plain = isStar ? text.slice(1) : text.replace(/^\.+/, '');
  if (plain === '' || plain === '#') return { domain: '', isWildcard: false };
  const domain = canonical(plain);
  return domain === undefined ? undefined : { domain, isWildcard: isStar };
}

function kindOf(option: Option, value: string, parts: DnsmasqParts): Kind | undefined {
  if (value === '') return { kind: 'none' };
  if (option.name !== 'address') return serverKind(option, value, parts);
  if (value === '#') return { kind: 'zeros' };
  const address = parseOctets(value);
  if (address === undefined) {
    return parts.problems.add(
      option.place,
      `address: "${value}" is no address; expect address=/example.com/192.0.2.1`,
    );
  }
  return { kind: address.length === 4 ? 'address4' : 'address6', address };
}

/** `192.0.2.1#5353@eth0@198.51.100.1#53`: where questions go, and from where. */
function serverKind({ name, place }: Option, value: string, parts: DnsmasqParts): Kind | undefined {
  if (value === '#') return { kind: 'standard' };
  const [, host = '', port] = /^([^#@]*)(?:#([^@]*))?(?:@.*)?$/.exec(value) ?? [];
  const isPort = port === undefined || (/^\d{1,5}$/.test(port) && Number(port) <= 65535);
  const isHost = parseAddress(host) !== undefined || /^[\w-]+(?:\.[\w-]+)*\.?$/.test(host);
  if (!isPort || !isHost) {
    return parts.problems.add(
      place,
      `${name}: "${value}" is no server; expect one like 192.0.2.1 or 192.0.2.1#5353`,
    );
  }
  const at = port === undefined || port === '53' ? '' : `:${port}`;
  return { kind: 'server', server: host.includes(':') && at !== '' ? `[${host}]${at}` : host + at };
}

/** `rev-server=192.0.2.0/24,198.51.100.1`, for the reverse names of the prefix. */
export function reverseEntriesOf(option: Option, parts: DnsmasqParts): readonly ServerEntry[] {
  const [prefix = '', ...rest] = wordsOf(option);
  const domains = reverseDomains(prefix);
  if (domains === undefined) {
    const expected = 'expect one like 192.0.2.0/24';
    parts.problems.add(option.place, `rev-server: "${prefix}" is no prefix; ${expected}`);
    return [];
  }
  const kind = kindOf(option, rest.join(','), parts);
  return kind === undefined ? [] : domains.map((domain) => reverseEntry(domain, kind, option));
}

/** `domain=lan,192.168.1.0/24,local`: nobody is asked for the domain and for these addresses. */
export function localDomainEntries(option: Option): readonly ServerEntry[] {
  const [domain = '', prefix = '', word] = wordsOf(option);
  if (word !== 'local') return [];
  const domains = [...(reverseDomains(prefix) ?? []), canonical(domain) ?? ''];
  return domains.map((one) => reverseEntry(one, { kind: 'none' }, option));
}

function reverseEntry(domain: string, kind: Kind, option: Option): ServerEntry {
  return { domain, isWildcard: false, isForSimpleNames: false, ...kind, option };
}

/** The reverse names of a prefix: several when its length is within an octet, or a digit. */
function reverseDomains(text: string): readonly string[] | undefined {
  const [host = '', digits] = text.split('/');
  const octets = parseOctets(host);
  if (octets === undefined) return undefined;
  const isFour = octets.length === 4;
  const [bits, step] = isFour ? [32, 8] : [128, 4];
  const length = digits === undefined ? bits : Number(digits);
  if (!Number.isInteger(length) || length < 1 || length > bits) return undefined;
  const parts = isFour ? [...octets] : [...octets].flatMap((octet) => [octet >> 4, octet & 15]);
  const used = Math.ceil(length / step);
  const spare = used * step - length;
  const kept = parts.slice(0, used);
  const base = (kept.pop()! >> spare) << spare;
  const radix = isFour ? 10 : 16;
  return Array.from({ length: 1 << spare }, (_, i) =>
    [...kept, base + i]
      .reverse()
      .map((part) => part.toString(radix))
      .concat(isFour ? 'in-addr.arpa' : 'ip6.arpa')
      .join('.'),
  );
}
