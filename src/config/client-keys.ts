/** Keys of the sections about where clients come in, and how fast. */

import type { Document } from './document.ts';
import {
  byShape,
  filled,
  type Kind,
  type Located,
  list,
  located,
  optional,
  required,
  section,
} from './kind.ts';
import { clients } from './reference.ts';
import { endpoint, integer, oneOf, secret, text, urlPath } from './scalars.ts';

type Files = Located<string> | readonly Located<string>[];

/** A file, or several. */
const files: Kind<Files> = byShape({ scalar: located(text), list: filled(list(text)) });

export const IDENTITY = {
  certificate: required(
    files,
    'PEM files, each with a certificate and those that it is signed by; the first is shown to clients that name no server or one that none is for',
  ),
  key: required(files, 'PEM files with their private keys, in the same order'),
};

/** Certificates and keys go in pairs. */
export function checkPairs(
  tls: { readonly certificate: Files; readonly key: Files },
  document: Document,
): void {
  const [certificates, keys] = [listed(tls.certificate), listed(tls.key)];
  if (certificates.length === keys.length) return;
  const message = `${keys.length} keys for ${certificates.length} certificates; expect a key for each, in the same order`;
  document.reportAt(keys[0]!.place, message);
}

export function listed(given: Files): readonly Located<string>[] {
  return 'place' in given ? [given] : given;
}

/** An address speaks one of them. */
function checkOneWay(
  listener: { readonly tls: unknown; readonly https: { readonly certificate: Files } | undefined },
  document: Document,
): void {
  if (listener.tls === undefined || listener.https === undefined) return;
  const { place } = listed(listener.https.certificate)[0]!;
  document.reportAt(place, 'there is tls already; expect tls or https, and other ports for each');
}

/** An address that is more than an address and a port. */
export const LISTENER = section(
  {
    address: required(endpoint, 'the address and port'),
    proxyProtocol: optional(
      section({
        from: required(
          filled(list(clients)),
          'client groups and prefixes of proxies; packets of others, and packets without a header, are ignored',
        ),
      }),
      'clients come through proxies that send the PROXY protocol, version 1 or 2',
      undefined,
      'clients come directly',
    ),
    tls: optional(
      section(IDENTITY, checkPairs),
      'clients come by DNS over TLS (RFC 7858), and not by UDP or plain TCP',
      undefined,
      'UDP and TCP',
    ),
    https: optional(
      section(
        { ...IDENTITY, path: optional(urlPath, 'the path of the URL', '/dns-query') },
        checkPairs,
      ),
      'clients come by DNS over HTTPS (RFC 8484), HTTP/2 or HTTP/1.1',
      undefined,
      'UDP and TCP',
    ),
  },
  checkOneWay,
);

/** What is too fast, and what becomes of it. */
export const RATE_LIMIT = section({
  queriesPerSecond: required(integer(1, 1_000_000), 'queries a second of a client prefix'),
  burst: optional(
    integer(1, 10_000_000),
    'queries at once after a pause',
    undefined,
    'twice `queriesPerSecond`',
  ),
  ipv4Prefix: optional(integer(1, 32), 'bits of an IPv4 address that are one client', 32),
  ipv6Prefix: optional(integer(1, 128), 'bits of an IPv6 address that are one client', 56),
  action: optional(
    oneOf('truncate', 'drop', 'refuse'),
    'the action for a query above the limit',
    'truncate',
  ),
  exempt: optional(list(clients), 'client groups and prefixes without a limit', [], 'none'),
});

/** DNS cookies. */
export const COOKIES = section({
  secret: required(secret, 'the secret of the cookies; the same on all servers of an address'),
  previous: optional(
    secret,
    'another secret whose cookies are accepted too, while the secret is changed',
    undefined,
    'none',
  ),
});
