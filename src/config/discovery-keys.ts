/** Keys of the section about how clients find the listeners that speak TLS. */

import { filled, list, located, optional, required, section } from './kind.ts';
import { hostAddress, hostName, integer } from './scalars.ts';

const port = integer(1, 65_535);

/** Discovery of Designated Resolvers (RFC 9462). */
export const DISCOVERY = section({
  name: required(
    located(hostName),
    'the authentication domain name: the certificates of all listeners with `tls` or `https` are for it',
  ),
  addresses: optional(
    filled(list(hostAddress)),
    'where clients reach them: hints beside the name, which must have them in the DNS too',
    undefined,
    'those of the listeners; none of a wildcard, of loopback beside others, or behind proxies',
  ),
  ports: optional(
    section({
      dot: optional(port, 'the port for DNS over TLS', undefined, "the listener's"),
      doh: optional(port, 'the port for DNS over HTTPS', undefined, "the listener's"),
    }),
    'where clients reach them, if something in between maps ports',
    { dot: undefined, doh: undefined },
    "the listeners'",
  ),
});
