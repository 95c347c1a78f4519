/** Certificates made for a test, signed by themselves. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsIdentity } from '../../src/transport/tls-handshakes.ts';

const KINDS = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  rsa: ['-newkey', 'rsa:2048'],
  /** Too short for anybody to take it. */
  short: ['-newkey', 'rsa:512'],
} as const;

/** Writes `NAME.pem` and `NAME.key` into a folder; good for 30 days and for these names. */
export function writeCertificate(
  folder: string,
  name: string,
  { names = [name], kind = 'ec', days = 30 }: Partial<Wanted> = {},
): void {
  const subject = ['-subj', `/CN=${names[0]}`];
  const alternatives = names.map((one) => (/^[\d.:]+$/.test(one) ? `IP:${one}` : `DNS:${one}`));
  const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-nodes', '-days', String(days), ...KINDS[kind], ...subject, ...files],
      ...['-addext', `subjectAltName=${alternatives.join(',')}`],
    ],
    { stdio: 'ignore' },
  );
}

interface Wanted {
  readonly names: readonly string[];
  readonly kind: keyof typeof KINDS;
  readonly days: number;
}

/** A certificate and its key, as text. */
export function makeIdentity(name: string, wanted: Partial<Wanted> = {}): TlsIdentity {
  const folder = mkdtempSync(join(tmpdir(), 'rcode5-certificate-'));
  try {
    writeCertificate(folder, name, wanted);
    const read = (ending: string) => readFileSync(join(folder, `${name}.${ending}`), 'utf8');
    return { certificate: read('pem'), key: read('key') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
