/** Resolvers with the same policy zones over the same upstream: BIND, Unbound and ours. */

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPort, type Peer, whenAnswering } from './peers.ts';
import { findProgram, makeFolder, Program } from './processes.ts';
import { type Rcode5, Site, serve } from './rcode5.ts';
import { ZONES } from './rpz-world.ts';

const NAMES: readonly string[] = Object.keys(ZONES);

/** BIND that forwards to the port. */
export async function startBindRpz(upstream: number): Promise<Peer> {
  const folder = makeFolder();
  const port = await findPort();
  // A copy: AppArmor goes by the path, and would keep the original from reading this folder.
  const named = join(folder, 'named');
  copyFileSync(findProgram('named')!, named);
  for (const file of NAMES) writeFileSync(join(folder, file), ZONES[file]!);
  const config = join(folder, 'named.conf');
  writeFileSync(
    config,
    `options {
  directory "${folder}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  dnssec-validation no;
  allow-query { any; };
  recursion yes;
  empty-zones-enable no;
  forward only;
  forwarders { 127.0.0.1 port ${upstream}; };
  minimal-responses yes;
  response-policy { ${NAMES.map((file) => `zone "${file}";`).join(' ')} };
};
controls {};
${NAMES.map((file) => `zone "${file}" { type primary; file "${file}"; };`).join('\n')}
`,
  );
  return whenAnswering(new Program(named, ['-g', '-4', '-n', '1', '-c', config], folder), port);
}

/** Unbound that forwards to the port. */
export async function startUnboundRpz(upstream: number): Promise<Peer> {
  const folder = makeFolder();
  const port = await findPort();
  for (const file of NAMES) writeFileSync(join(folder, file), ZONES[file]!);
  const config = join(folder, 'unbound.conf');
  writeFileSync(
    config,
    `server:
  interface: 127.0.0.1
  port: ${port}
  num-threads: 1
  do-daemonize: no
  do-not-query-localhost: no
  use-syslog: no
  username: ""
  chroot: ""
  directory: "${folder}"
  pidfile: ""
  module-config: "respip iterator"
  minimal-responses: yes
${NAMES.map((file) => `rpz:\n  name: ${file}\n  zonefile: ${file}\n`).join('')}forward-zone:
  name: "."
  forward-addr: 127.0.0.1@${upstream}
remote-control:
  control-enable: no
`,
  );
  return whenAnswering(new Program(findProgram('unbound')!, ['-d', '-c', config], folder), port);
}

export function startRcode5Rpz(upstream: number): Promise<Rcode5> {
  const policies = NAMES.map((file) => `  - { name: ${file}, rpz: ${file} }`).join('\n');
  const site = new Site(
    `upstreams: { default: { servers: ["127.0.0.1:${upstream}"] } }
routes: { ".": default, example: default, "test-missing": default }
policies:
${policies}
`,
    ZONES,
  );
  return serve(site);
}
