/** How an upstream server that is asked by TLS or HTTPS is written. */

import { type Endpoint, formatEndpoint, parseAddress, parseEndpoint } from '../net/address.ts';

/** RFC 7858 section 3.1, RFC 8484. */
const PORTS = { dot: 853, doh: 443 } as const;
const SCHEMES = { dot: 'tls://', doh: 'https://' } as const;
/** What an URI template of DoH (RFC 8484 section 3) ends with: queries are sent by POST. */
const TEMPLATE = /\{\?dns\}$/;

/** Names of hosts (RFC 1123 section 2.1), in letters that certificates have. */
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
const MAX_NAME = 253;

/** How a server is to be spoken with that nobody else is to hear. */
export interface Encryption {
  readonly protocol: 'dot' | 'doh';
  /** The host name or the IP address that its certificate must be for. */
  readonly name: string;
  /** What an HTTPS request asks for; empty for TLS. */
  readonly path: string;
}

/** A server that is named by its address, or by a host name that is looked up somewhere. */
export type EncryptedServer =
  | {
      readonly kind: 'server';
      readonly transport: 'tcp';
      readonly endpoint: Endpoint;
      readonly encryption: Encryption;
    }
  | {
      readonly kind: 'named';
      readonly host: string;
      readonly port: number;
      readonly encryption: Encryption;
    };

/** Whether it is one of these: what follows the scheme may be wrong yet. */
export function isEncrypted(text: string): boolean {
  return /^(?:tls|https):\/\//i.test(text);
}

/** Reads `tls://…` or `https://…`; a text is what is wrong with it. */
export function parseEncrypted(text: string): EncryptedServer | string {
  const protocol = /^tls:/i.test(text) ? 'dot' : 'doh';
  const [beforeName = '', ...afterHash] = text.slice(SCHEMES[protocol].length).split('#');
  if (afterHash.length > 1) return 'it has more than one "#"; expect the name behind one';
  const slash = beforeName.indexOf('/');
  const host = slash < 0 ? beforeName : beforeName.slice(0, slash);
  const path = slash < 0 ? '' : beforeName.slice(slash).replace(TEMPLATE, '');
  const wrong = protocol === 'dot' ? wrongSuffix(slash >= 0) : wrongPath(path);
  if (wrong !== undefined) return wrong;
  if (host.includes('@')) return 'it has a user in it; expect none';
  return readHost(host, afterHash[0], { protocol, path });
}

function wrongSuffix(hasPath: boolean): string | undefined {
  return hasPath
    ? 'tls:// has no path; expect an address like tls://192.0.2.1#dns.example'
    : undefined;
}

function wrongPath(path: string): string | undefined {
  if (path === '') return 'it has no path; expect one like /dns-query behind the host';
  return /^\/[\w\-.~/%!$&'()*+,;=:@?]*$/.test(path)
    ? undefined
    : `"${path}" is no path; expect one like /dns-query`;
}

function readHost(
  host: string,
  given: string | undefined,
  how: Pick<Encryption, 'protocol' | 'path'>,
): EncryptedServer | string {
  if (given !== undefined) {
    const wrong = wrongName(given);
    if (wrong !== undefined) return wrong;
  }
  const defaultPort = PORTS[how.protocol];
  const endpoint = parseEndpoint(host, defaultPort);
  if (endpoint?.port === 0) return 'there is no port 0; expect one from 1 to 65535';
  if (endpoint !== undefined) {
    const name = given ?? endpoint.address.replace(/%.*/, '');
    return {
      kind: 'server',
      transport: 'tcp',
      endpoint,
      encryption: { ...how, name: plain(name) },
    };
  }
  const [, label = host, portText] = /^([^:]*):(\d+)$/.exec(host) ?? [];
  const port = portText === undefined ? defaultPort : Number(portText);
  if (port < 1 || port > 0xffff) return `there is no port ${port}; expect one from 1 to 65535`;
  const wrong = wrongHost(label);
  if (wrong !== undefined) return wrong;
  const lower = plain(label);
  return { kind: 'named', host: lower, port, encryption: { ...how, name: plain(given ?? label) } };
}

function wrongHost(host: string): string | undefined {
  if (host === '') return 'it has no host; expect an address or a host name';
  if (/[:[\]]/.test(host))
    return `"${host}" is no address; expect [2001:db8::1] or [2001:db8::1]:853`;
  if (/^[\d.]+$/.test(host)) return `"${host}" is no address; expect one like 192.0.2.1`;
  return isHostName(host) ? undefined : `"${host}" is no host name; expect one like dns.example`;
}

function wrongName(name: string): string | undefined {
  if (parseAddress(name) !== undefined || isHostName(name)) return undefined;
  return `"${name}" is no name that a certificate can be for; expect a host name or an IP address`;
}

export function isHostName(text: string): boolean {
  const name = text.replace(/\.$/, '');
  if (name.length > MAX_NAME || parseAddress(name) !== undefined) return false;
  return !/^[\d.]+$/.test(name) && name.split('.').every((label) => LABEL.test(label));
}

/** Without the dot at its end: certificates have none, and neither has SNI (RFC 6066). */
function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/**
 * How it is named in records and metrics, and can be written: `tls://192.0.2.1:853#dns.example`,
 * `https://192.0.2.1:443/dns-query#dns.example`.
 */
export function formatEncrypted(endpoint: Endpoint, { protocol, name, path }: Encryption): string {
  return `${SCHEMES[protocol]}${formatEndpoint(endpoint)}${path}#${name}`;
}
