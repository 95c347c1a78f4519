/** NSD, the upstream of all who forward: one zone in which every name has an address. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { makeFolder } from '../bench.ts';
import type { Running } from '../contestant.ts';
import { untilAnswered } from '../first-answer.ts';
import { CLIENT, cachedName, ZONE } from '../names.ts';
import { findPort } from '../port.ts';
import { Program } from '../program.ts';

const ZONE_TEXT = `$TTL 3600
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
* A 192.0.2.1
*.uncached 0 A 192.0.2.1
`;

/** Starts it on the upstream's core. It must be installed. */
export async function startNsd(bench: Bench): Promise<Running> {
  const folder = makeFolder(bench, 'nsd');
  const port = await findPort();
  const command = configureNsd(bench, { folder, address: '127.0.0.1', port });
  const program = new Program(command, { cores: bench.cores.upstream, folder });
  const question = { name: cachedName(0), rcode: 0, source: CLIENT };
  await untilAnswered(question, { program, port });
  return { program, port, folder, startMs: 0 };
}

/** Writes its configuration and gives the command that serves by it. */
export function configureNsd(
  bench: Bench,
  { folder, address, port }: { folder: string; address: string; port: number },
): readonly string[] {
  const config = join(folder, 'nsd.conf');
  writeFileSync(join(folder, 'zone'), ZONE_TEXT);
  writeFileSync(
    config,
    `server:
  ip-address: ${address}@${port}
  server-count: 1
  username: ""
  rrl-ratelimit: 0
  minimal-responses: yes
  zonesdir: "${folder}"
  xfrdir: "${folder}"
  database: ""
  pidfile: "${join(folder, 'nsd.pid')}"
  xfrdfile: "${join(folder, 'xfrd.state')}"
  zonelistfile: "${join(folder, 'zone.list')}"
remote-control:
  control-enable: no
zone:
  name: ${ZONE}
  zonefile: zone
`,
  );
  return [bench.programs.get('nsd')!, '-d', '-c', config];
}
