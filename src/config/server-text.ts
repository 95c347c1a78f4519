/** How an upstream server is written. */

import { type Endpoint, formatEndpoint, parseEndpoint } from '../net/address.ts';
import {
  type EncryptedServer,
  type Encryption,
  formatEncrypted,
  isEncrypted,
  parseEncrypted,
} from './encrypted-server.ts';
import { type Kind, readText } from './kind.ts';

const DNS_PORT = 53;

/** A server to ask, or a file that names servers. */
export type ServerText =
  | {
      readonly kind: 'server';
      readonly transport: 'udp' | 'tcp';
      readonly endpoint: Endpoint;
      readonly encryption?: Encryption;
    }
  | EncryptedServer
  | { readonly kind: 'file'; readonly path: string };

/**
 * `192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:53`, `tcp://192.0.2.1:53`, `/etc/resolv.conf`,
 * `tls://192.0.2.1#dns.example`, `https://dns.example/dns-query`; undefined for any other text.
 */
export function parseServer(text: string): ServerText | undefined {
  if (isEncrypted(text)) {
    const encrypted = parseEncrypted(text);
    return typeof encrypted === 'string' ? undefined : encrypted;
  }
  const isTcp = text.startsWith('tcp://');
  const endpoint = parseEndpoint(isTcp ? text.slice('tcp://'.length) : text, DNS_PORT);
  if (endpoint?.port === 0) return undefined;
  if (endpoint !== undefined) return { kind: 'server', transport: isTcp ? 'tcp' : 'udp', endpoint };
  return isPath(text) ? { kind: 'file', path: text } : undefined;
}

/** `quic://192.0.2.1` is no path: it is a transport that is not there. */
function isPath(text: string): boolean {
  return text.includes('/') && !text.includes('://');
}

/** How a server is named in records and metrics: `192.0.2.1:53`, `tcp://192.0.2.1:53`. */
export function formatServer(
  transport: 'udp' | 'tcp',
  endpoint: Endpoint,
  encryption?: Encryption,
): string {
  if (encryption !== undefined) return formatEncrypted(endpoint, encryption);
  return transport === 'tcp' ? `tcp://${formatEndpoint(endpoint)}` : formatEndpoint(endpoint);
}

export const server: Kind<ServerText> = {
  expects:
    'an address like 192.0.2.1, "[2001:db8::1]:53", tcp://192.0.2.1:53, tls://192.0.2.1#dns.example or https://dns.example/dns-query, or the path of a resolv.conf',
  read(node, document) {
    const text = readText(node, document, this.expects);
    if (text === undefined) return undefined;
    const encrypted = isEncrypted(text) ? parseEncrypted(text) : undefined;
    if (typeof encrypted === 'string') {
      return document.report(node, `${JSON.stringify(text)} is not valid: ${encrypted}`);
    }
    const value = parseServer(text);
    if (value !== undefined) return value;
    const shown = JSON.stringify(text);
    return document.report(node, `${shown} is not valid; expect ${this.expects}`);
  },
};
