/** An authority of a test, and the certificates that it signs: also such as nobody should take. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsIdentity } from '../../src/transport/tls-handshakes.ts';
import { writeCertificate } from './certificates.ts';

export interface Issue {
  /** Names and addresses that it is for; none of them makes one without alternative names. */
  readonly names?: readonly string[];
  readonly from?: Date;
  readonly to?: Date;
}

const DAY_MS = 86_400_000;

export class Authority {
  readonly folder: string;
  readonly #name: string;
  #serial = 1;

  /** Writes `NAME.pem` and its key, and what it signs, into a folder. */
  constructor(folder: string, name = 'authority') {
    this.folder = folder;
    this.#name = name;
    mkdirSync(folder, { recursive: true });
    writeCertificate(folder, name);
  }

  get file(): string {
    return join(this.folder, `${this.#name}.pem`);
  }

  get certificate(): string {
    return readFileSync(this.file, 'utf8');
  }

  /** Writes `NAME.pem` and `NAME.key`, and returns their texts. */
  issue(name: string, { names = [name], from, to }: Issue = {}): TlsIdentity {
    const path = (ending: string) => join(this.folder, `${name}.${ending}`);
    const alternatives = names.map((one) => `${/^[\d.:]+$/.test(one) ? 'IP' : 'DNS'}:${one}`);
    const san = names.length === 0 ? '' : `subjectAltName=${alternatives.join(',')}\n`;
    writeFileSync(path('cnf'), this.#settings(`basicConstraints=CA:FALSE\n${san}`));
    writeFileSync(join(this.folder, `${this.#name}.index`), '');
    const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
    openssl(
      ...['req', '-new', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
      ...['-subj', `/CN=${name}`, '-keyout', path('key'), '-out', path('csr')],
    );
    openssl(
      ...['ca', '-batch', '-notext', '-config', path('cnf'), '-in', path('csr')],
      ...['-out', path('pem'), '-startdate', stamp(from ?? new Date(Date.now() - DAY_MS))],
      ...['-enddate', stamp(to ?? new Date(Date.now() + 30 * DAY_MS))],
    );
    const read = (ending: string) => readFileSync(path(ending), 'utf8');
    return { certificate: read('pem'), key: read('key') };
  }

  #settings(extensions: string): string {
    const own = (ending: string) => join(this.folder, `${this.#name}.${ending}`);
    const serial = own('serial');
    writeFileSync(serial, String(this.#serial++).padStart(4, '0'));
    return `[ca]
default_ca=own
[own]
database=${own('index')}
serial=${serial}
new_certs_dir=${this.folder}
certificate=${own('pem')}
private_key=${own('key')}
default_md=sha256
policy=any
x509_extensions=shown
[any]
commonName=supplied
[shown]
${extensions}`;
  }
}

/** `YYYYMMDDHHMMSSZ`. */
function stamp(date: Date): string {
  return `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
}
