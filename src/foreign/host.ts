/** The addresses of the host that a configuration is read for: `localhost`, `localnets`, interfaces. */

import { networkInterfaces } from 'node:os';
import { firstWords, type Prefix, parsePrefix } from '../net/prefix.ts';

export interface HostAddress {
  readonly name: string;
  /** The address itself, as a prefix of one. */
  readonly address: Prefix;
  /** The network that it is in. */
  readonly network: Prefix;
}

/** The interfaces of this host that are up, in their order. */
export function thisHost(): readonly HostAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ address, cidr }) => {
      const length = Number(cidr?.split('/')[1]);
      const own = parsePrefix(address);
      if (typeof own === 'string' || !Number.isInteger(length)) return [];
      const network = { ...own, length };
      return [{ name, address: own, network: { ...network, words: firstWords(network) } }];
    }),
  );
}
