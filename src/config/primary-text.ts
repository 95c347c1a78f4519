/** How a primary of a policy zone is written. */

import { type Endpoint, formatEndpoint, parseEndpoint } from '../net/address.ts';
import { isEncrypted, parseEncrypted } from './encrypted-server.ts';
import { type Kind, readText } from './kind.ts';

const DNS_PORT = 53;

/** A server that has a zone. */
export interface PrimaryAddress extends Endpoint {
  /** It is asked by TLS (RFC 9103), and its certificate must be for this name or address. */
  readonly tlsName?: string;
}

/** Reads `192.0.2.1`, `[2001:db8::1]:53` or `tls://192.0.2.1#primary.example`; a text is what is wrong. */
function parsePrimary(text: string): PrimaryAddress | string | undefined {
  if (!isEncrypted(text)) {
    const endpoint = parseEndpoint(text, DNS_PORT);
    return endpoint?.port === 0 ? undefined : endpoint;
  }
  const server = parseEncrypted(text);
  if (typeof server === 'string') return server;
  const { protocol, name } = server.encryption;
  if (protocol !== 'dot') return 'zones are not transferred by HTTPS; expect tls://';
  if (server.kind === 'named') return 'a primary has an address; expect tls://192.0.2.1#NAME';
  return { ...server.endpoint, tlsName: name };
}

/** `192.0.2.1:53`, `tls://192.0.2.1:853#primary.example`. */
export function formatPrimary(primary: PrimaryAddress): string {
  const endpoint = formatEndpoint(primary);
  return primary.tlsName === undefined ? endpoint : `tls://${endpoint}#${primary.tlsName}`;
}

export const primaryAddress: Kind<PrimaryAddress> = {
  expects: 'an address like 192.0.2.1, "[2001:db8::1]:53" or tls://192.0.2.1#primary.example',
  read(node, document) {
    const text = readText(node, document, this.expects);
    if (text === undefined) return undefined;
    const primary = parsePrimary(text);
    if (typeof primary === 'object') return primary;
    const wrong = primary === undefined ? `; expect ${this.expects}` : `: ${primary}`;
    return document.report(node, `${JSON.stringify(text)} is not valid${wrong}`);
  },
};
