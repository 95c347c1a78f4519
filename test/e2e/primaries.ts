/** Primaries of others that have a policy zone, and give it to whoever has the key. */

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPort, type Peer, whenAnswering } from './peers.ts';
import { findProgram, makeFolder, Program, run } from './processes.ts';

export const ZONE = 'rpz.example';
/** Base64. */
export const SECRET = 'bm90IGEgc2VjcmV0IGF0IGFsbCwgYnV0IGEgdGVzdCE=';
const SERIAL = 7;

export interface ZonePrimary extends Peer {
  /** Adds a rule, NXDOMAIN for a name, and gives the zone the next serial. */
  add(owner: string): Promise<void>;
}

export function zoneText(serial: number, owners: readonly string[]): string {
  const rules = owners.map((owner) => `${owner} CNAME .\n`);
  return `$TTL 60\n@ SOA ns.example. host.example. ${serial} 3600 600 86400 60\n@ NS ns.example.\n${rules.join('')}`;
}

/** BIND, whose zone is updated as it runs; it sends NOTIFY to a port. */
export async function startBindPrimary(
  owners: readonly string[],
  to: number,
): Promise<ZonePrimary> {
  const folder = makeFolder();
  const port = await findPort();
  const named = join(folder, 'named');
  copyFileSync(findProgram('named')!, named);
  writeFileSync(join(folder, 'zone'), zoneText(SERIAL, owners));
  const config = join(folder, 'named.conf');
  writeFileSync(
    config,
    `key "vendor-key" { algorithm hmac-sha256; secret "${SECRET}"; };
options {
  directory "${folder}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  dnssec-validation no;
  recursion no;
  notify explicit;
  notify-delay 0;
};
controls {};
zone "${ZONE}" {
  type primary;
  file "zone";
  allow-transfer { key vendor-key; };
  allow-update { key vendor-key; };
  also-notify { 127.0.0.1 port ${to} key vendor-key; };
};
`,
  );
  const program = new Program(named, ['-g', '-4', '-n', '1', '-c', config], folder);
  const peer = await whenAnswering(program, port);
  const add = async (owner: string) => {
    const commands = [
      `server 127.0.0.1 ${port}`,
      `zone ${ZONE}`,
      `key hmac-sha256:vendor-key ${SECRET}`,
      `update add ${owner}.${ZONE} 60 CNAME .`,
      'send',
      '',
    ];
    const { code, stderr } = await run(findProgram('nsupdate')!, [], commands.join('\n'));
    if (code !== 0) throw new Error(`nsupdate: ${stderr}`);
  };
  return { ...peer, add };
}

/** NSD, which reads its zone anew when it is told to; it sends NOTIFY to a port. */
export async function startNsdPrimary(owners: readonly string[], to: number): Promise<ZonePrimary> {
  const folder = makeFolder();
  const port = await findPort();
  const config = join(folder, 'nsd.conf');
  const held = [...owners];
  let serial = SERIAL;
  const writeZone = () => writeFileSync(join(folder, 'zone'), zoneText(serial, held));
  writeZone();
  writeFileSync(
    config,
    `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  zonesdir: "${folder}"
  xfrdir: "${folder}"
  database: ""
  pidfile: "${join(folder, 'nsd.pid')}"
  xfrdfile: "${join(folder, 'xfrd.state')}"
  zonelistfile: "${join(folder, 'zone.list')}"
remote-control:
  control-enable: no
key:
  name: vendor-key
  algorithm: hmac-sha256
  secret: "${SECRET}"
zone:
  name: ${ZONE}
  zonefile: zone
  provide-xfr: 127.0.0.1 vendor-key
  notify: 127.0.0.1@${to} vendor-key
`,
  );
  const program = new Program(findProgram('nsd')!, ['-d', '-c', config], folder);
  const peer = await whenAnswering(program, port);
  const add = async (owner: string) => {
    held.push(owner);
    serial++;
    writeZone();
    program.signal('SIGHUP');
  };
  return { ...peer, add };
}
