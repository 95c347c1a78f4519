/** PowerDNS Recursor: other settings of the kinds of the second evaluation. */

import { join } from 'node:path';
import { findPort } from '../../peers.ts';
import type { Server } from '../state.ts';
import { SOA, startRoot, startWith } from '../world.ts';

const NOT_FROM = '127.64.1.1';

const SCRIPT = `
function preresolve(dq)
  if dq.qtype == pdns.TXT or dq.qtype == pdns.SRV then
    dq.rcode = pdns.REFUSED
    return true
  end
  return false
end
`;

const LUA = (folder: string) => `
rpzFile("${join(folder, 'rpz')}", { policyName = "house" })
rpzFile("${join(folder, 'drop')}", { policyName = "drop", defpol = Policy.Drop })
`;

const RPZ = `$TTL 300
$ORIGIN rpz.house.
${SOA}
@ NS localhost.
listed.example CNAME *.
`;

const DROP = RPZ.replace('listed.example CNAME *.', 'dropped.example CNAME .');

const config = (forwards: string) => (port: number, folder: string) =>
  `local-address=127.0.0.1:${port}
allow-from=127.0.0.0/8,!${NOT_FROM}/32
socket-dir=${folder}
daemon=no
write-pid=no
disable-syslog=yes
threads=1
dnssec=off
security-poll-suffix=
config-dir=${folder}
server-id=disabled
dont-query=
packetcache-ttl=0
packetcache-servfail-ttl=0
hint-file=no
lua-dns-script=${join(folder, 'script.lua')}
lua-config-file=${join(folder, 'config.lua')}
${forwards}
`;

export const RECURSOR: Server = {
  server: 'PowerDNS Recursor',
  evaluation: 2,
  debian: 'pdns-recursor',
  programs: ['pdns_recursor', 'nsd'],
  async start() {
    const [root, nobody] = await Promise.all([startRoot(), findPort()]);
    const start = (text: ReturnType<typeof config>) =>
      startWith('pdns_recursor', (_file, folder) => [`--config-dir=${folder}`], text, {
        'script.lua': SCRIPT,
        rpz: RPZ,
        drop: DROP,
        'config.lua': LUA,
        'recursor.conf': (folder, port) => text(port, folder),
      });
    const [open, dead] = await Promise.all([
      start(config(`forward-zones=.=127.0.0.1:${root}`)),
      start(config(`forward-zones-recurse=.=127.0.0.1:${nobody}`)),
    ]);
    return { open, dead };
  },
  states: [
    {
      state: 'excluded in `allow-from`',
      kind: 'acl that drops',
      source: NOT_FROM,
      truth: { scope: 'server', diagnosis: 'client-acl' },
    },
    {
      state: 'Lua `preresolve` that refuses TXT',
      kind: 'type',
      type: 'TXT',
      truth: { verdict: 'type-policy', scope: 'query' },
    },
    {
      state: 'Lua `preresolve` that refuses SRV',
      kind: 'type',
      type: 'SRV',
      truth: { verdict: 'type-policy', scope: 'query' },
    },
    {
      state: '`rpzFile`: NODATA',
      kind: 'rpz',
      name: 'listed.example',
      truth: { scope: 'name', diagnosis: 'name-policy' },
    },
    {
      state: '`rpzFile`: `Policy.Drop`',
      kind: 'rpz',
      name: 'dropped.example',
      truth: { scope: 'name', diagnosis: 'name-policy' },
    },
    {
      state: 'IXFR',
      kind: 'transfer',
      name: 'house.example',
      type: 'IXFR',
      truth: { scope: 'query', diagnosis: 'transfer' },
    },
    {
      state: '`forward-zones-recurse` for all that are dead',
      kind: 'behind dead',
      at: 'dead',
      truth: { scope: 'behind', diagnosis: 'upstream' },
    },
  ],
};
