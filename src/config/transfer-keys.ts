/** Keys of policy zones that come by transfer, and of the secrets that sign transfers. */

import type { Document } from './document.ts';
import {
  entries,
  filled,
  type Kind,
  type Located,
  list,
  located,
  optional,
  readText,
  required,
  section,
} from './kind.ts';
import { pin } from './pin.ts';
import { type PrimaryAddress, primaryAddress } from './primary-text.ts';
import { durationBetween, integer, oneOf, sizeFrom, text } from './scalars.ts';
import { Secret } from './secret.ts';

const MINUTE = 60_000;

/** The name of a key in `tsigKeys`. */
const tsigKey: Kind<string> = {
  expects: 'the name of a key in tsigKeys',
  read(node, document) {
    const given = readText(node, document, this.expects);
    const keys = document.keysOf('tsigKeys');
    if (given === undefined || keys.includes(given)) return given;
    const expected = keys.join(', ') || 'one to be defined in tsigKeys';
    return document.report(node, `"${given}" is not a TSIG key; expect ${expected}`);
  },
};

/** Base64. A problem with a secret is reported without the secret. */
const secret: Kind<Secret> = {
  expects: 'a secret in Base64, as tsig-keygen writes it',
  read(node, document) {
    const given = readText(node, document, this.expects);
    if (given === undefined) return undefined;
    const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(given);
    if (isBase64 && given !== '') return new Secret(Buffer.from(given, 'base64'));
    return document.report(node, `the secret is not Base64; expect ${this.expects}`);
  },
};

/** What is about TLS, of a zone. */
const OF_TLS = ['ca', 'pins', 'certificate', 'key'] as const;

interface TlsKeys extends Readonly<Record<(typeof OF_TLS)[number], Located<unknown> | undefined>> {
  readonly primaries: readonly Located<PrimaryAddress>[];
}

function checkTls(zone: TlsKeys, document: Document): void {
  const { primaries, certificate, key } = zone;
  if (!primaries.some(({ value }) => value.tlsName !== undefined)) {
    for (const name of OF_TLS) {
      const given = zone[name];
      if (given === undefined) continue;
      const message = `${name} is for primaries by TLS; expect one like tls://192.0.2.1#primary.example`;
      document.reportAt(given.place, message);
    }
  } else if ((certificate === undefined) !== (key === undefined)) {
    const [name, other] = key === undefined ? ['certificate', 'key'] : ['key', 'certificate'];
    document.reportAt((certificate ?? key)!.place, `${name} comes alone; expect ${other} too`);
  }
}

/** A policy zone that is transferred from its primaries. */
export const TRANSFER = section(
  {
    zone: required(located(text), 'the name of the zone'),
    primaries: required(
      filled(list(primaryAddress)),
      'servers that have the zone, asked in this order; `tls://192.0.2.1#primary.example` by TLS (RFC 9103); NOTIFY is accepted from them alone',
    ),
    tsig: optional(tsigKey, 'the key in `tsigKeys` that signs transfers', undefined, 'none'),
    ca: optional(
      located(text),
      'for `tls://`: a PEM file with the authorities that may vouch for a primary',
      undefined,
      'those of Node.js',
    ),
    pins: optional(
      located(filled(list(pin))),
      'for `tls://`: SHA-256 of public keys (SPKI): one of the chain that a primary shows must be among them, besides all else',
      undefined,
      'none',
    ),
    certificate: optional(
      located(text),
      'for `tls://`: a PEM file with the certificate that primaries get to see, and those that it is signed by',
      undefined,
      'none',
    ),
    key: optional(located(text), 'a PEM file with its private key', undefined, 'none'),
    cacheFile: optional(
      text,
      'the zone file for the last good copy: a restart loads it at once',
      undefined,
      'none',
    ),
    whenMissing: optional(
      oneOf('fail', 'pass'),
      'while the zone has never been loaded: SERVFAIL, or queries pass as if there were no such policy',
      'fail',
    ),
    maxSize: optional(
      sizeFrom('1KiB'),
      'the most octets of records in a transfer',
      500_000_000,
      '500MB',
    ),
    maxTime: optional(
      durationBetween('1s', '1d'),
      'the longest time of a transfer',
      30 * MINUTE,
      '30m',
    ),
  },
  checkTls,
);

const TSIG_KEY = section({
  algorithm: optional(
    oneOf('hmac-md5', 'hmac-sha1', 'hmac-sha224', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'),
    'the algorithm that both sides use',
    'hmac-sha256',
  ),
  secret: required(secret, 'the secret that both sides have, in Base64'),
  macLength: optional(
    located(integer(10, 64)),
    'octets of the signatures that are sent, and the fewest that are accepted: at least half of the whole',
    undefined,
    'the whole',
  ),
});

export const TSIG_KEYS = entries('the name of a key', TSIG_KEY);
