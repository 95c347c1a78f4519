/** Keys of the sections about where clients come in, and how fast. */

import { filled, list, optional, required, section } from './kind.ts';
import { clients } from './reference.ts';
import { endpoint, integer, oneOf, secret } from './scalars.ts';

/** An address that is more than an address and a port. */
export const LISTENER = section({
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
});

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
