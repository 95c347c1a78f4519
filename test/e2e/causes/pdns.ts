/** PowerDNS: the Recursor and the Authoritative Server. */

import { join } from 'node:path';
import { findPort } from '../peers.ts';
import type { Server, State } from './state.ts';
import { CORP, SOA, startRoot, startStrict, startWith } from './world.ts';

const NOT_FROM = '127.62.1.1';
const BY_SCRIPT = '127.61.1.1';

const SCRIPT = `
function preresolve(dq)
  if dq.remoteaddr:toString() == '${BY_SCRIPT}' then
    dq.rcode = pdns.REFUSED
    return true
  end
  if dq.qname:equal('blocked.house.example') then
    dq.rcode = pdns.REFUSED
    return true
  end
  if dq.qtype == pdns.MX then
    dq.rcode = pdns.REFUSED
    return true
  end
  return false
end
`;

const LUA = (folder: string) => `
rpzFile("${join(folder, 'rpz')}", { policyName = "house" })
rpzFile("${join(folder, 'rpz2')}", { policyName = "errors", extendedErrorCode = 15, extendedErrorExtra = "house" })
`;

const RPZ = (name: string) => `$TTL 300
$ORIGIN rpz.house.
${SOA}
@ NS localhost.
${name} CNAME .
`;

const recursor = (root: number, strict: number, nobody: number) => (port: number, folder: string) =>
  `local-address=127.0.0.1:${port}
allow-from=127.61.0.0/16,127.0.0.1/32
socket-dir=${folder}
daemon=no
write-pid=no
disable-syslog=yes
threads=1
dnssec=off
security-poll-suffix=
config-dir=${folder}
server-id=rec1
extended-resolution-errors=yes
dont-query=
packetcache-ttl=0
packetcache-servfail-ttl=0
hint-file=no
lua-dns-script=${join(folder, 'script.lua')}
lua-config-file=${join(folder, 'config.lua')}
forward-zones=.=127.0.0.1:${root},behind.example=127.0.0.1:${strict},dead.example=127.0.0.1:${nobody}
`;

const RECURSOR_STATES: readonly State[] = [
  {
    state: 'not in `allow-from`',
    kind: 'acl that drops',
    source: NOT_FROM,
    truth: { scope: 'server', diagnosis: 'client-acl' },
  },
  {
    state: 'Lua `preresolve` that refuses a client',
    kind: 'acl by script',
    source: BY_SCRIPT,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: 'Lua `preresolve` that refuses a name',
    kind: 'name policy',
    name: 'blocked.house.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: 'Lua `preresolve` that refuses a type',
    kind: 'type',
    type: 'MX',
    truth: { verdict: 'type-policy', scope: 'query' },
  },
  {
    state: '`rpzFile`: NXDOMAIN',
    kind: 'rpz',
    name: 'blocked.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`rpzFile` with `extendedErrorCode`: NXDOMAIN',
    kind: 'rpz with ede',
    name: 'listed.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: 'AXFR',
    kind: 'transfer',
    name: 'house.example',
    type: 'AXFR',
    truth: { scope: 'query', diagnosis: 'transfer' },
  },
  {
    state: '`forward-zones` that refuse',
    kind: 'behind refuses',
    name: 'www.behind.example',
    truth: { scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: '`forward-zones` that are dead',
    kind: 'behind dead',
    name: 'www.dead.example',
    truth: { scope: 'behind', diagnosis: 'failure' },
  },
];

export const RECURSOR: Server = {
  server: 'PowerDNS Recursor',
  debian: 'pdns-recursor',
  programs: ['pdns_recursor', 'named', 'nsd'],
  async start() {
    const [root, strict, nobody] = await Promise.all([startRoot(), startStrict(), findPort()]);
    const files = {
      'script.lua': SCRIPT,
      rpz: RPZ('blocked.example'),
      rpz2: RPZ('listed.example'),
    };
    const args = (_file: string, folder: string) => [`--config-dir=${folder}`];
    const text = recursor(root, strict, nobody);
    const recursorPort = await startWith('pdns_recursor', args, text, {
      ...files,
      'config.lua': LUA,
      'recursor.conf': (folder, port) => text(port, folder),
    });
    return { recursor: recursorPort };
  },
  states: RECURSOR_STATES,
};

const ZONES = (
  folder: string,
) => `zone "corp.example" { type master; file "${join(folder, 'corp')}"; };
`;

const authoritative = (port: number, folder: string) => `local-address=127.0.0.1
local-port=${port}
socket-dir=${folder}
config-dir=${folder}
daemon=no
guardian=no
write-pid=no
disable-syslog=yes
launch=bind
bind-config=${join(folder, 'zones')}
server-id=auth1
security-poll-suffix=
allow-axfr-ips=
master=yes
cache-ttl=0
negquery-cache-ttl=0
query-cache-ttl=0
webserver=no
`;

const AUTH_STATES: readonly State[] = [
  {
    state: 'a name elsewhere',
    kind: 'authoritative only',
    truth: { verdict: 'no-recursion', scope: 'server' },
  },
  {
    state: 'a name elsewhere, RD=0',
    kind: 'authoritative only',
    rd: false,
    truth: { verdict: 'no-recursion', scope: 'server', diagnosis: 'none' },
  },
  {
    state: 'AXFR, not in `allow-axfr-ips`',
    kind: 'transfer',
    name: 'corp.example',
    type: 'AXFR',
    truth: { scope: 'zone', diagnosis: 'transfer' },
  },
  {
    state: 'AXFR of a zone that it lacks',
    kind: 'transfer of a foreign zone',
    name: 'elsewhere.example',
    type: 'AXFR',
    truth: { scope: 'zone', diagnosis: 'transfer' },
  },
  {
    state: 'UPDATE, `dnsupdate=no`',
    kind: 'update',
    name: 'corp.example',
    type: 'SOA',
    opcode: 5,
    rd: false,
    truth: { verdict: 'type-policy', scope: 'query', diagnosis: 'none' },
  },
];

export const AUTHORITATIVE: Server = {
  server: 'PowerDNS Authoritative',
  debian: 'pdns-server',
  programs: ['pdns_server'],
  async start() {
    const args = (_file: string, folder: string) => [`--config-dir=${folder}`];
    const auth = await startWith('pdns_server', args, authoritative, {
      corp: CORP,
      'pdns.conf': (folder, port) => authoritative(port, folder),
      zones: ZONES,
    });
    return { auth };
  },
  states: AUTH_STATES,
};
