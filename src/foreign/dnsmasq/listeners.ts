/** Where dnsmasq listens: the addresses of this host that its options leave. */

import { type Endpoint, formatAddress, parseAddress } from '../../net/address.ts';
import type { HostAddress } from '../host.ts';
import { wordsOf } from './lines.ts';
import { allOf, type DnsmasqParts, oneOf } from './parts.ts';

const DNS_PORT = 53;
const LOOPBACK = '127.0.0.1';

export function listenersOf(
  parts: Pick<DnsmasqParts, 'options'>,
  host: readonly HostAddress[],
): readonly Endpoint[] {
  const port = Number(oneOf(parts, 'port')?.value ?? DNS_PORT) || DNS_PORT;
  const words = (name: string) => allOf(parts, name).flatMap(wordsOf);
  const addresses = words('listen-address');
  const wanted = words('interface');
  const unwanted = words('except-interface');
  const own = host
    .filter(({ name, address: { family, words: own } }) => {
      if (addresses.includes(formatAddress(family, own))) return true;
      const isNamed = wanted.some((one) => matches(one, name)) || isLoopback(name, wanted);
      const isAll = wanted.length === 0 && addresses.length === 0;
      return (isAll || isNamed) && !unwanted.some((one) => matches(one, name));
    })
    .map(({ address: { family, words: octets } }) => formatAddress(family, octets));
  const written = addresses.filter((address) => parseAddress(address) !== undefined);
  const auth = words('auth-server')
    .slice(1)
    .filter((word) => parseAddress(word) !== undefined);
  const all = [...new Set([...written, ...own, ...auth])];
  return (all.length === 0 ? [LOOPBACK] : all).map((address) => ({ address, port }));
}

/** With `interface` the loopback one is served too. */
function isLoopback(name: string, wanted: readonly string[]): boolean {
  return wanted.length > 0 && name === 'lo';
}

/** `eth*` is all that begin so. */
function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
