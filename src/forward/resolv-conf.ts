/** The name servers of a resolv.conf (resolv.conf(5)). */

import { type Endpoint, parseEndpoint } from '../net/address.ts';

const DNS_PORT = 53;

/** The servers in their order. Lines that are not `nameserver` and an address are passed over. */
export function parseResolvConf(text: string): Endpoint[] {
  return text.split('\n').flatMap((line) => {
    const upstream = /^nameserver\s+(\S+)/.exec(line.trim())?.[1];
    const endpoint = upstream === undefined ? undefined : parseEndpoint(upstream, DNS_PORT);
    return endpoint === undefined ? [] : [endpoint];
  });
}
