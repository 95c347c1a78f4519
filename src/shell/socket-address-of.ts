/** From an endpoint as it is written to what the kernel takes, as the interfaces are now. */

import { type Endpoint, parseAddress } from '../net/address.ts';
import { splitZone } from '../net/zone.ts';
import type { Libc } from '../transport/libc.ts';
import type { SocketAddress } from '../transport/socket-address.ts';
import { zoneIndex } from '../transport/zone-index.ts';

/** To be called for each socket: an interface that goes and comes back has another index. */
export function socketAddressOf(libc: Libc, { address, port }: Endpoint): SocketAddress {
  const { family, words } = parseAddress(address)!;
  return { family, words, port, scope: zoneIndex(libc, splitZone(address).zone) };
}
