/** How an upstream is spoken with by TLS, and whom to believe that it is the one. */

import type { Encryption } from '../config/encrypted-server.ts';

export interface UpstreamSecurity extends Encryption {
  /** Certificates of the authorities that may vouch for it, in PEM; those of Node.js without. */
  readonly ca: string | undefined;
  /** SHA-256 of public keys in base64, one of which must be in the chain. */
  readonly pins: readonly string[] | undefined;
  /** It is asked whatever its certificate (RFC 8310 section 5, opportunistic privacy). */
  readonly isOpportunistic: boolean;
}

export function isSameSecurity(
  a: UpstreamSecurity | undefined,
  b: UpstreamSecurity | undefined,
): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
