/** Addresses to serve, as they were meant. */

import { type Endpoint, formatEndpoint } from '../net/address.ts';
import type { Prefix } from '../net/prefix.ts';
import { type ClientGroup, prefixesOf } from './access-list.ts';
import { listed } from './client-keys.ts';
import type { RawConfig } from './keys.ts';
import type { Located } from './kind.ts';
import type { Place } from './problem.ts';

/** Where a certificate and its key are read from. */
export interface CertificateFiles {
  readonly certificate: Located<string>;
  readonly key: Located<string>;
}

/** Each certificate with its key. */
export function pairFiles(tls: {
  readonly certificate: Parameters<typeof listed>[0];
  readonly key: Parameters<typeof listed>[0];
}): readonly CertificateFiles[] {
  const keys = listed(tls.key);
  return listed(tls.certificate).map((certificate, i) => ({ certificate, key: keys[i]! }));
}

/** An address to serve. */
export interface ListenAddress extends Endpoint {
  /** It is behind these proxies: they alone are let in, and name the client that they relay. */
  readonly proxies?: readonly Prefix[];
  /** It speaks TLS, and shows one of these certificates. */
  readonly tls?: readonly CertificateFiles[];
  /** Within TLS it speaks HTTP, and answers at this path. */
  readonly path?: string;
}

/** `10.0.0.53:853 by DNS over TLS` */
export function describe(listen: ListenAddress): string {
  const secure = listen.path === undefined ? 'DNS over TLS' : 'DNS over HTTPS';
  const ways = takesDatagrams(listen) ? 'UDP and TCP' : secure;
  return `${formatEndpoint(listen)} by ${ways}`;
}

/** Whether datagrams are served there too. */
export function takesDatagrams({ tls }: ListenAddress): boolean {
  return tls === undefined;
}

const DEFAULT_ADDRESSES: readonly string[] = ['127.0.0.1', '::1'];
const DEFAULT_PORT = 5300;

/**
 * Those that are written, or loopback. Those that take datagrams come first: threads that serve
 * nothing else number them alike.
 */
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
  const all = raw.map(({ value, place }): Located<ListenAddress> => {
    if (!('proxyProtocol' in value)) return { value, place };
    const { address, proxyProtocol, tls = value.https } = value;
    const path = value.https?.path;
    const proxies = proxyProtocol?.from.flatMap(({ value: key }) => prefixesOf(key, groups));
    const pairs = tls && pairFiles(tls);
    const listen = {
      ...address,
      ...(proxies && { proxies }),
      ...(pairs && { tls: pairs }),
      ...(path && { path }),
    };
    return { value: listen, place };
  });
  const [first, last] = [true, false].map((takes) =>
    all.filter(({ value }) => takesDatagrams(value) === takes),
  );
  return [...first!, ...last!];
}
