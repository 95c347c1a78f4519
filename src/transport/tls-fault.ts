/** Why a server cannot be asked by TLS: a word for metrics, and a sentence for records. */

import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

export const TLS_FAULTS = [
  'unreachable',
  'timeout',
  'closed',
  'not-tls',
  'version',
  'algorithms',
  'alpn',
  'expired',
  'not-yet-valid',
  'name',
  'authority',
  'pin',
  'client-certificate',
  'other',
] as const;
export type TlsFaultReason = (typeof TLS_FAULTS)[number];

/** As ALPN has it. */
const HTTP_2 = 'h2';
/** Extended DNS Errors (RFC 8914 sections 4.23 and 4.24). */
const NO_REACHABLE_AUTHORITY = 22;
const NETWORK_ERROR = 23;

export interface TlsFault {
  readonly reason: TlsFaultReason;
  /** What has been seen, in words: `certificate expired on 2026-11-01`. */
  readonly evidence: string;
  /** The info code for whoever gets no answer because of it (RFC 8914). */
  readonly ede: number;
}

export function tlsFault(reason: TlsFaultReason, evidence: string): TlsFault {
  const ede = reason === 'unreachable' ? NO_REACHABLE_AUTHORITY : NETWORK_ERROR;
  return { reason, evidence, ede };
}

/** Parts of OpenSSL's and Node's codes. Alerts are what the server has to say. */
const CODES: readonly (readonly [RegExp, TlsFaultReason, string])[] = [
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE|RECORD_TOO_SMALL|HTTP_REQUEST/,
    'not-tls',
    'the server does not speak TLS there',
  ],
  [
    /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_(?:LOW|HIGH)/,
    'version',
    'the server speaks neither TLS 1.2 nor TLS 1.3',
  ],
  [/NO_APPLICATION_PROTOCOL/, 'alpn', 'the server speaks another protocol there (ALPN)'],
  [
    /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|CERTIFICATE_(?:EXPIRED|REVOKED|UNKNOWN)|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED/,
    'client-certificate',
    'the server does not accept the client certificate, or misses one',
  ],
  [
    /NO_SHARED|NO_SUITABLE|NO_CIPHERS|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY|_KEY_TOO_SMALL|DH_KEY|MD_TOO_WEAK/,
    'algorithms',
    'the server accepts no algorithm of this program, or misses a client certificate',
  ],
  [/ECONNRESET|EPIPE/, 'closed', 'the server reset the connection during the TLS handshake'],
];

/** A connection that has failed after it was made, by the code of its error; `protocols` were offered. */
export function handshakeFailure(
  code: string,
  message: string = code,
  protocols: readonly string[] = [],
): TlsFault {
  const [, reason, evidence] = CODES.find(([codes]) => codes.test(code)) ?? [];
  if (reason === 'alpn' && protocols.includes(HTTP_2)) return noHttp2();
  if (reason !== undefined) return tlsFault(reason, evidence!);
  return tlsFault('other', `the TLS handshake failed: ${message}`);
}

/** It may speak HTTP/1.1, by which answers come in the order of the questions: we do not. */
function noHttp2(): TlsFault {
  return tlsFault('alpn', 'the server does not speak HTTP/2');
}

/** A connection that could not be made. */
export function connectionFailure(code: string): TlsFault {
  return tlsFault('unreachable', `no TCP connection: ${code}`);
}

export function closedInHandshake(): TlsFault {
  return tlsFault('closed', 'the server closed the connection during the TLS handshake');
}

/** Nothing has come of it in so many milliseconds. */
export function slowHandshake(isConnected: boolean, milliseconds: number): TlsFault {
  const what = isConnected ? 'the TLS handshake was not over' : 'there was no TCP connection';
  return tlsFault('timeout', `${what} after ${milliseconds} ms`);
}

/** Whom to believe that it is the server. */
export interface TlsTrust {
  /** The host name or the IP address that the certificate must be for (RFC 8310, RFC 9525). */
  readonly name: string;
  /** Certificates of the authorities to believe, in PEM; without them those of Node.js. */
  readonly ca?: string | undefined;
  /** SHA-256 of public keys (SPKI, RFC 7469) in base64: one of the chain must be among them. */
  readonly pins?: readonly string[] | undefined;
}

/** A server that names no protocol (ALPN, RFC 7301) speaks DNS as servers did before there was one. */
export function alpnFault(
  chosen: string | false | null,
  protocols: readonly string[],
): TlsFault | undefined {
  if (typeof chosen === 'string') {
    if (protocols.includes(chosen)) return undefined;
    return tlsFault('alpn', `the server speaks ${chosen} there (ALPN)`);
  }
  return protocols.includes(HTTP_2) ? noHttp2() : undefined;
}

/** How to speak with a server, and whom to believe that it is the one. */
export interface ChannelSecurity extends TlsTrust {
  readonly protocol: 'dot' | 'doh';
  /** What an HTTPS request asks for. */
  readonly path: string;
  /** It is spoken with whatever its certificate: encrypted, and with whomever. */
  readonly isOpportunistic: boolean;
}

/** Whom a connection has been secured with. */
export interface SecuredPeer {
  /** The name in the certificate that it was verified for; any, when it was not. */
  readonly certificate: string;
  /** Why it was not. */
  readonly unverified?: string;
}

/** What the server has shown. */
export interface ShownCertificates {
  /** `X509_V_ERR_` of OpenSSL without its prefix; undefined for a chain that is in order. */
  readonly error: string | undefined;
  readonly leaf: X509Certificate | undefined;
  /** SHA-256 of the public keys of the chain, the leaf's first; undefined in a resumed session. */
  readonly keyHashes: readonly string[] | undefined;
}

/**
 * What is wrong with the certificates that a server shows, if anything. A session that is resumed
 * was begun with a chain and a key that were in order: its certificate is looked at again.
 */
export function certificateFault(
  { error, leaf, keyHashes }: ShownCertificates,
  { name, pins }: TlsTrust,
  now: number,
): TlsFault | undefined {
  if (leaf === undefined) return tlsFault('authority', 'the server showed no certificate');
  const dated = dateFault(leaf, now);
  if (dated !== undefined) return dated;
  if (error !== undefined) return chainFault(error, leaf);
  if (matchingName(leaf, name) === undefined) {
    return tlsFault('name', `name ${name} does not match the certificate: ${namesOf(leaf)}`);
  }
  if (pins === undefined || keyHashes === undefined) return undefined;
  if (keyHashes.some((hash) => pins.includes(hash))) return undefined;
  return tlsFault('pin', `no key of the certificate is pinned: it has sha256/${keyHashes[0]}`);
}

/** The alternative name of the certificate that covers this one (RFC 9525 section 6). */
function matchingName(leaf: X509Certificate, name: string): string | undefined {
  return isIP(name) === 0 ? leaf.checkHost(name, { subject: 'never' }) : leaf.checkIP(name);
}

/** Whom the certificate is for. */
export function securedPeer(
  leaf: X509Certificate,
  name: string,
  doubt: TlsFault | undefined,
): SecuredPeer {
  const { subjectAltName = '', subject } = leaf;
  const [first = ''] = subjectAltName.split(', ');
  const any = first.replace(ALTERNATIVE, '') || oneLine(subject);
  const certificate = matchingName(leaf, name) ?? any;
  return doubt === undefined ? { certificate } : { certificate, unverified: doubt.evidence };
}

function dateFault(
  { validFromDate, validToDate }: X509Certificate,
  now: number,
): TlsFault | undefined {
  if (now >= validToDate.getTime()) {
    return tlsFault('expired', `certificate expired on ${day(validToDate)}`);
  }
  if (now >= validFromDate.getTime()) return undefined;
  return tlsFault('not-yet-valid', `certificate is not valid before ${day(validFromDate)}`);
}

function chainFault(error: string, leaf: X509Certificate): TlsFault {
  if (error === 'CERT_HAS_EXPIRED') {
    return tlsFault('expired', 'a certificate of the authority has expired');
  }
  if (error === 'CERT_NOT_YET_VALID') {
    return tlsFault('not-yet-valid', 'a certificate of the authority is not valid yet');
  }
  if (/SELF_SIGNED/.test(error) && leaf.issuer === leaf.subject) {
    return tlsFault('authority', 'certificate is signed by itself, and not trusted');
  }
  const issuer = oneLine(leaf.issuer);
  // OpenSSL has several codes for an authority that is not there, Node reports the last of them.
  const isUnknown = /SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)/.test(error);
  const why = isUnknown ? 'is not trusted' : `cannot be verified: ${error}`;
  return tlsFault('authority', `certificate issued by ${issuer} ${why}`);
}

/** `dns.quad9.net, *.quad9.net, 9.9.9.9`, or the first of many. */
function namesOf({ subjectAltName }: X509Certificate): string {
  if (subjectAltName === undefined) return 'it has no subject alternative name';
  const names = subjectAltName.split(', ').map((one) => one.replace(ALTERNATIVE, ''));
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return `it is for ${shown}${names.length > MAX_NAMES ? ', …' : ''}`;
}

const MAX_NAMES = 4;
/** What stands before a name. */
const ALTERNATIVE = /^(?:DNS|IP Address):/;

/** `CN=x\nO=y` as `CN=x, O=y`. */
function oneLine(distinguishedName: string | undefined): string {
  return (distinguishedName || 'nobody').split('\n').join(', ');
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
