/**
 * systemd-resolved, which must never be installed where it is not the resolver: unpacked, in a mount
 * namespace of its own, on a port of 127.0.0.1.
 */

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findPort, type Peer, whenAnswering } from './peers.ts';
import { makeFolder, Program } from './processes.ts';
import { findUnpacked } from './unpacked.ts';

const USER = 'systemd-resolve';
/** Of nobody else here. */
const ID = 991;

/** What it reads and writes is in the folder; it becomes the user that only this folder knows. */
const SETUP = `
mount --make-rprivate / || exit 77
mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/resolve && chown ${ID}:${ID} /run/systemd/resolve || exit 77
cd "$1" || exit 77
mount --bind passwd /etc/passwd && mount --bind group /etc/group || exit 77
mount -t tmpfs tmpfs /etc/systemd && cp resolved.conf /etc/systemd/ || exit 77
if [ -e trust.pem ]; then
  cp trust.pem /run/systemd/resolve/trust.pem && export SSL_CERT_FILE=/run/systemd/resolve/trust.pem || exit 77
fi
export LD_LIBRARY_PATH="$2" SYSTEMD_LOG_TARGET=console
exec "$3"
`;

/** The program and its library; undefined where it was not unpacked. */
function findResolved(): { readonly program: string; readonly libraries: string } | undefined {
  const program = findUnpacked('lib/systemd/systemd-resolved');
  const library = findUnpacked('usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so');
  if (program === undefined || library === undefined) return undefined;
  return { program, libraries: dirname(library) };
}

/** Whether it can be run here: it wants root, for the namespace. */
export function hasResolved(): boolean {
  return findResolved() !== undefined && process.getuid?.() === 0;
}

/** DNS over TLS alone, of servers whose certificate is for this name and signed by this file. */
export interface ByTls {
  readonly name: string;
  readonly certificate: string;
}

/** Asks these servers and no others; without any it has nobody to ask. */
export async function startResolved(servers: readonly number[], byTls?: ByTls): Promise<Peer> {
  const { program, libraries } = findResolved()!;
  const folder = makeFolder();
  const port = await findPort();
  const passwd = readFileSync('/etc/passwd', 'utf8');
  const group = readFileSync('/etc/group', 'utf8');
  writeFileSync(join(folder, 'passwd'), `${passwd}${USER}:x:${ID}:${ID}::/:/usr/sbin/nologin\n`);
  writeFileSync(join(folder, 'group'), `${group}${USER}:x:${ID}:\n`);
  mkdirSync('/etc/systemd', { recursive: true });
  writeFileSync(
    join(folder, 'resolved.conf'),
    `[Resolve]
DNS=${servers.map((one) => `127.0.0.1:${one}${byTls ? `#${byTls.name}` : ''}`).join(' ')}
DNSOverTLS=${byTls ? 'yes' : 'no'}
FallbackDNS=
DNSSEC=no
LLMNR=no
MulticastDNS=no
Cache=no
DNSStubListener=no
DNSStubListenerExtra=127.0.0.1:${port}
`,
  );
  if (byTls !== undefined) copyFileSync(byTls.certificate, join(folder, 'trust.pem'));
  const args = ['-m', 'sh', '-c', SETUP, 'sh', folder, libraries, program];
  return whenAnswering(new Program('unshare', args, folder), port);
}
