/** `auth-server`, `auth-zone`, `auth-peer`, `auth-sec-servers`: zones for everybody, and who may transfer them. */

import { type Address, parseAddress } from '../../net/address.ts';
import { type Prefix, parsePrefix } from '../../net/prefix.ts';
import type { HostAddress } from '../host.ts';
import { type Option, wordsOf } from './lines.ts';
import { canonical } from './names.ts';
import { allOf, type DnsmasqParts, oneOf } from './parts.ts';

export interface AuthZone {
  readonly domain: string;
  /** Whose addresses are answered; all without one. */
  readonly subnets: readonly Prefix[];
  readonly excluded: readonly Prefix[];
  readonly option: Option;
}

export interface AuthServer {
  /** From the last to the first, as dnsmasq looks for them. */
  readonly zones: readonly AuthZone[];
  /** Addresses at which nothing but these zones is served. */
  readonly addresses: readonly Address[];
  readonly peers: readonly Address[];
  readonly hasSecondaries: boolean;
  readonly option: Option | undefined;
  /** Whether the zones are part of what everybody else is answered: not with `localise-queries`. */
  readonly isForAll: boolean;
}

export function readAuth(parts: DnsmasqParts, host: readonly HostAddress[]): AuthServer {
  const option = oneOf(parts, 'auth-server');
  const zones = allOf(parts, 'auth-zone').map((zone) => readZone(zone, parts, host));
  if (zones.length > 0 && option === undefined) {
    const [first] = allOf(parts, 'auth-zone');
    parts.problems.add(
      first!.place,
      'auth-zone needs auth-server; expect auth-server=ns.example.com',
    );
  }
  const [, ...at] = option === undefined ? [] : wordsOf(option);
  return {
    option,
    zones: zones.flatMap((zone) => zone ?? []).reverse(),
    addresses: at.flatMap((word) => addressesOf(word, host)),
    peers: allOf(parts, 'auth-peer').flatMap((peer) =>
      wordsOf(peer).flatMap((word) => {
        const address = parseAddress(word);
        const message = `auth-peer: "${word}" is no address; expect one like 192.0.2.1`;
        return address ?? parts.problems.add(peer.place, message) ?? [];
      }),
    ),
    hasSecondaries: oneOf(parts, 'auth-sec-servers') !== undefined,
    isForAll: oneOf(parts, 'localise-queries') === undefined,
  };
}

/** An address, or those of an interface: `eth0`, `eth0/4`, `eth0/6`. */
function addressesOf(word: string, host: readonly HostAddress[]): readonly Address[] {
  const address = parseAddress(word);
  if (address !== undefined) return [address];
  const [name, family] = word.split('/');
  return host
    .filter(
      (one) => one.name === name && (family === undefined || Number(family) === one.address.family),
    )
    .map((one) => one.address);
}

/** `auth-zone=example.com,192.0.2.0/24,eth0,exclude:192.0.2.128/25` */
function readZone(
  option: Option,
  { problems }: DnsmasqParts,
  host: readonly HostAddress[],
): AuthZone | undefined {
  const [name = '', ...words] = wordsOf(option);
  const domain = canonical(name);
  if (domain === undefined) {
    return problems.add(
      option.place,
      `auth-zone: "${name}" is no domain; expect one like example.com`,
    );
  }
  const of = (list: readonly string[]) => list.flatMap((word) => prefixesOf(word, host));
  const excluded = words.filter((word) => word.startsWith('exclude:'));
  return {
    ...{ domain, option },
    subnets: of(words.filter((word) => !word.startsWith('exclude:'))),
    excluded: of(excluded.map((word) => word.slice('exclude:'.length))),
  };
}

/** Without a length, a network of 24 bits, or of 64. */
function prefixesOf(word: string, host: readonly HostAddress[]): readonly Prefix[] {
  const [first = '', digits] = word.split('/');
  const address = parseAddress(first);
  if (address === undefined) {
    return host
      .filter(
        ({ name, network }) =>
          name === first && (digits ?? `${network.family}`) === `${network.family}`,
      )
      .map(({ network }) => network);
  }
  const length = Number(digits ?? 0) || (address.family === 4 ? 24 : 64);
  const prefix = parsePrefix(`${first}/${length}`);
  return typeof prefix === 'string' ? [{ ...address, length }] : [prefix];
}
