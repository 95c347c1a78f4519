/** The upstream of those who forward by TLS: Unbound, which answers every name by itself, at once. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, makeFolder } from '../bench.ts';
import type { Identity } from '../certificate.ts';
import type { Running } from '../contestant.ts';
import { untilAnswered } from '../first-answer.ts';
import { CLIENT, cachedName, ZONE } from '../names.ts';
import { findPort } from '../port.ts';
import { Program } from '../program.ts';

/** Starts it on the upstream's core. It must be installed. */
export async function startTlsUpstream(
  bench: Bench,
  { certificate, key }: Identity,
): Promise<Running> {
  const folder = makeFolder(bench, 'tls-upstream');
  const plainPort = await findPort();
  const port = await findPort();
  const config = join(folder, 'unbound.conf');
  writeFileSync(
    config,
    `server:
  interface: 127.0.0.1@${plainPort}
  interface: 127.0.0.1@${port}
  tls-port: ${port}
  tls-service-key: "${key}"
  tls-service-pem: "${certificate}"
  num-threads: 1
  incoming-num-tcp: 200
  directory: "${folder}"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  logfile: "${join(folder, 'unbound.log')}"
  local-zone: "${ZONE}" redirect
  local-data: "${ZONE} 0 A 192.0.2.1"
remote-control:
  control-enable: no
`,
  );
  const command = [bench.programs.get('unbound')!, '-d', '-c', config];
  const program = new Program(command, { cores: bench.cores.upstream, folder });
  const question = { name: cachedName(0), rcode: 0, source: CLIENT };
  await untilAnswered(question, { program, port: plainPort });
  return { program, port, folder, startMs: 0 };
}
