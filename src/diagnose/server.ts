/** A server that is asked: by UDP and TCP, or by TLS or HTTPS. */

import { type Encryption, formatEncrypted } from '../config/encrypted-server.ts';
import { type Endpoint, formatEndpoint } from '../net/address.ts';

export interface AskedServer extends Endpoint {
  /** It is asked by TLS or HTTPS alone. */
  readonly encryption?: Encryption;
}

/** `192.0.2.1:53`, `tls://192.0.2.1:853#dns.example`, `https://192.0.2.1:443/dns-query#dns.example`. */
export function formatServer(server: AskedServer): string {
  const { encryption } = server;
  return encryption === undefined ? formatEndpoint(server) : formatEncrypted(server, encryption);
}
