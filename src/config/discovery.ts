/** The listeners that clients of plain DNS may be sent to (RFC 9462), as the configuration has them. */

import { isLoopback, isUnspecified, parseAddress } from '../net/address.ts';
import { splitZone } from '../net/zone.ts';
import type { RawConfig } from './keys.ts';
import type { Located } from './kind.ts';
import { type ListenAddress, takesDatagrams } from './listen.ts';
import type { Problem } from './problem.ts';

export type Discovery = NonNullable<RawConfig['discovery']>;

/** One way to ask by TLS, as clients reach it. */
export interface DesignatedResolver {
  readonly transport: 'dot' | 'doh';
  readonly port: number;
  /** Of DNS over HTTPS. */
  readonly path: string | undefined;
  readonly addresses: readonly string[];
}

type Listen = readonly Located<ListenAddress>[];

/** In the order of the listeners: those that differ in the address alone are one. */
export function designatedResolvers(
  { addresses, ports }: Discovery,
  listen: Listen,
): readonly DesignatedResolver[] {
  const isLocal = listen.every(({ value }) => isLoopback(parseAddress(value.address)!));
  const found = new Map<string, DesignatedResolver>();
  for (const { value } of secured(listen)) {
    const { path } = value;
    const transport = path === undefined ? 'dot' : 'doh';
    const port = ports[transport] ?? value.port;
    const own = addresses?.map((one) => one.value) ?? reachedAt(value, isLocal);
    const key = `${transport} ${port} ${path}`;
    const all = [...(found.get(key)?.addresses ?? []), ...own];
    found.set(key, { transport, port, path, addresses: [...new Set(all)] });
  }
  return [...found.values()];
}

/** Adds to `problems` what keeps clients from being sent anywhere. */
export function checkDiscovery(
  discovery: Discovery | undefined,
  listen: Listen,
  problems: Problem[],
): void {
  if (discovery === undefined) return;
  const { name, ports } = discovery;
  if (secured(listen).length === 0) {
    const message = 'no listener has tls or https; expect one that clients can be sent to';
    problems.push({ ...name.place, message });
  }
  for (const { value, place } of secured(listen)) {
    const transport = value.path === undefined ? 'dot' : 'doh';
    if (value.port !== 0 || ports[transport] !== undefined) continue;
    const message = `clients cannot be sent to port 0; expect a port, or discovery.ports.${transport}`;
    problems.push({ ...place, message });
  }
}

/**
 * Where clients of plain DNS ask: a client that was not told a name checks that the certificate is
 * for this address (RFC 9462 section 4.2).
 */
export function plainAddresses({ addresses }: Discovery, listen: Listen): readonly string[] {
  const plain = listen.filter(({ value }) => takesDatagrams(value));
  const own = plain.flatMap(({ value }) => reachedAt(value, false));
  const given = addresses?.map(({ value }) => value) ?? [];
  return [...new Set([...given, ...own])];
}

function secured(listen: Listen): Listen {
  return listen.filter(({ value }) => !takesDatagrams(value));
}

/** An address that stands for others, is a proxy's to be asked at, or nobody else's, is none. */
function reachedAt(
  { address, proxies, trustedProxies }: ListenAddress,
  isLocal: boolean,
): readonly string[] {
  const parsed = parseAddress(address)!;
  const isBehind = (proxies ?? trustedProxies) !== undefined;
  const isElsewhere = isUnspecified(parsed) || isBehind;
  const isHidden = splitZone(address).zone !== '' || (isLoopback(parsed) && !isLocal);
  return isElsewhere || isHidden ? [] : [address];
}
