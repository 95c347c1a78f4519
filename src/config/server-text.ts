/** How an upstream server is written. */

import { type Endpoint, formatEndpoint, parseEndpoint } from '../net/address.ts';
import { type Kind, scalar } from './kind.ts';

const DNS_PORT = 53;

/** A server to ask, or a file that names servers. */
export type ServerText =
  | { readonly kind: 'server'; readonly transport: 'udp' | 'tcp'; readonly endpoint: Endpoint }
  | { readonly kind: 'file'; readonly path: string };

/** `192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:53`, `tcp://192.0.2.1:53`, `/etc/resolv.conf`. */
export function parseServer(text: string): ServerText | undefined {
  const isTcp = text.startsWith('tcp://');
  const endpoint = parseEndpoint(isTcp ? text.slice('tcp://'.length) : text, DNS_PORT);
  if (endpoint?.port === 0) return undefined;
  if (endpoint !== undefined) return { kind: 'server', transport: isTcp ? 'tcp' : 'udp', endpoint };
  return isPath(text) ? { kind: 'file', path: text } : undefined;
}

/** `tls://192.0.2.1` is no path: it is a transport that is not there. */
function isPath(text: string): boolean {
  return text.includes('/') && !text.includes('://');
}

/** How a server is named in records and metrics: `192.0.2.1:53`, `tcp://192.0.2.1:53`. */
export function formatServer(transport: 'udp' | 'tcp', endpoint: Endpoint): string {
  return transport === 'tcp' ? `tcp://${formatEndpoint(endpoint)}` : formatEndpoint(endpoint);
}

export const server: Kind<ServerText> = scalar(
  'an address like 192.0.2.1, "[2001:db8::1]:53" or tcp://192.0.2.1:53, or the path of a resolv.conf',
  parseServer,
);
