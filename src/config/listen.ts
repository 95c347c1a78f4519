/** Addresses to serve, as they were meant. */

import type { Endpoint } from '../net/address.ts';
import type { Prefix } from '../net/prefix.ts';
import { type ClientGroup, prefixesOf } from './access-list.ts';
import type { RawConfig } from './keys.ts';
import type { Located } from './kind.ts';
import type { Place } from './problem.ts';

/** An address to serve. */
export interface ListenAddress extends Endpoint {
  /** It is behind these proxies: they alone are let in, and name the client that they relay. */
  readonly proxies?: readonly Prefix[];
}

const DEFAULT_ADDRESSES: readonly string[] = ['127.0.0.1', '::1'];
const DEFAULT_PORT = 5300;

/** Those that are written, or loopback. */
export function readListen(
  raw: RawConfig['listen'],
  groups: readonly ClientGroup[],
  start: Place,
): readonly Located<ListenAddress>[] {
  if (raw === undefined) {
    return DEFAULT_ADDRESSES.map((address) => ({
      value: { address, port: DEFAULT_PORT },
      place: start,
    }));
  }
  return raw.map(({ value, place }) => {
    if (!('proxyProtocol' in value)) return { value, place };
    const { address, proxyProtocol } = value;
    if (proxyProtocol === undefined) return { value: address, place };
    const proxies = proxyProtocol.from.flatMap(({ value: key }) => prefixesOf(key, groups));
    return { value: { ...address, proxies }, place };
  });
}
