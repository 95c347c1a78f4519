/** A public key that a server may have. */

import { type Kind, scalar } from './kind.ts';

/** Octets of a SHA-256. */
const HASH_LENGTH = 32;

/** SHA-256 of a public key (SPKI, RFC 7469), in base64. */
export const pin: Kind<string> = scalar(
  'the SHA-256 of a public key in base64, like sha256/… (44 characters)',
  (given) => {
    const hash = given.replace(/^sha256\//, '');
    const octets = Buffer.from(hash, 'base64');
    return octets.length === HASH_LENGTH && octets.toString('base64') === hash ? hash : undefined;
  },
);
