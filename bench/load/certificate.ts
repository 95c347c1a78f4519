/** The certificate that all servers of a run show, signed by itself. */

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';

/** PEM files. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** How a server is asked besides UDP and TCP. */
export interface Encrypted extends Identity {
  readonly by: 'dot' | 'doh';
}

/** P-256, as most certificates are today; made once for each run. */
export function identityOf({ folder }: Bench): Identity {
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  if (!existsSync(certificate)) {
    const files = ['-keyout', key, '-out', certificate];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    const names = ['-subj', '/CN=dns.example', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', '-nodes', ...kind, ...names, ...files], {
      stdio: 'ignore',
    });
  }
  return { certificate, key };
}
