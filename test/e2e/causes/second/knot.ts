/** Knot DNS, Knot Resolver and NSD: other settings of the kinds of the second evaluation. */

import { join } from 'node:path';
import { findPort } from '../../peers.ts';
import type { Server } from '../state.ts';
import { CORP, startRoot, startWith } from '../world.ts';

const knotConfig = (nobody: number) => (port: number, folder: string) =>
  `server:
    listen: 127.0.0.1@${port}
    rundir: "${folder}"
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "${folder}"
remote:
  - id: primary
    address: 127.0.0.1@${nobody}
template:
  - id: default
    storage: "${folder}"
    zonefile-sync: -1
    journal-content: none
zone:
  - domain: corp.example
    file: corp
  - domain: house.example
    master: primary
`;

export const KNOT: Server = {
  server: 'Knot DNS',
  evaluation: 2,
  debian: 'knot',
  programs: ['knotd'],
  async start() {
    const nobody = await findPort();
    const args = (file: string) => ['-c', file];
    return { knot: await startWith('knotd', args, knotConfig(nobody), { corp: CORP }) };
  },
  states: [
    {
      state: 'a secondary zone that was never transferred',
      kind: 'not ready',
      name: 'www.house.example',
      truth: { scope: 'zone', diagnosis: 'failure' },
    },
  ],
};

const resolverConfig = (root: number) => (port: number) =>
  `
net.listen('127.0.0.1', ${port}, { kind = 'dns' })
modules = { 'policy', 'view', 'hints > iterate' }
modules.unload('ta_update')
trust_anchors.remove('.')
cache.size = 2 * MB
policy.add(policy.pattern(policy.REFUSE, '\\7blocked'))
policy.add(policy.pattern(policy.DROP, '\\7dropped'))
policy.add(policy.suffix(policy.DENY, { todname('listed.example') }))
policy.add(function(_, query)
  if query.stype == kres.type.TXT then return policy.REFUSE end
end)
policy.add(function(_, query)
  if query.stype == kres.type.HINFO then return policy.REFUSE end
end)
policy.add(policy.all(policy.STUB('127.0.0.1@${root}')))
`;

export const KNOT_RESOLVER: Server = {
  server: 'Knot Resolver',
  evaluation: 2,
  debian: 'knot-resolver',
  programs: ['kresd', 'nsd'],
  async start() {
    const args = (file: string, folder: string) => ['-n', '-c', file, folder];
    return { kresd: await startWith('kresd', args, resolverConfig(await startRoot())) };
  },
  states: [
    {
      state: '`policy.pattern` with REFUSE, RD=0',
      kind: 'snooping of a name',
      name: 'blocked.example',
      rd: false,
      truth: { verdict: 'no-recursion', scope: 'query', diagnosis: 'none' },
    },
    {
      state: '`policy.DENY` of a suffix, RD=0',
      kind: 'snooping of a name',
      name: 'listed.example',
      rd: false,
      truth: { verdict: 'no-recursion', scope: 'query', diagnosis: 'none' },
    },
    {
      state: '`policy.pattern` with DROP',
      kind: 'name policy that drops',
      name: 'dropped.example',
      truth: { scope: 'name', diagnosis: 'name-policy' },
    },
    {
      state: '`policy.REFUSE` of TXT',
      kind: 'type',
      type: 'TXT',
      truth: { verdict: 'type-policy', scope: 'query' },
    },
    {
      state: '`policy.REFUSE` of a rare type',
      kind: 'type',
      type: 'HINFO',
      truth: { verdict: 'type-policy', scope: 'query' },
    },
  ],
};

const BLOCKED = '127.32.1.1';

const nsdConfig = (port: number, folder: string) => `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
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
  name: few
  algorithm: hmac-sha256
  secret: c2VjcmV0
zone:
  name: corp.example
  zonefile: corp
  allow-query: 0.0.0.0/0 NOKEY
  allow-query: ${BLOCKED} BLOCKED
zone:
  name: house.example
  zonefile: corp
  allow-query: 0.0.0.0/0 few
`;

export const NSD: Server = {
  server: 'NSD',
  evaluation: 2,
  debian: 'nsd',
  programs: ['nsd'],
  async start() {
    const nsd = await startWith('nsd', (file) => ['-d', '-c', file], nsdConfig, { corp: CORP });
    return { nsd };
  },
  states: [
    {
      state: "a zone's `allow-query` with BLOCKED",
      kind: 'acl of a zone',
      source: BLOCKED,
      name: 'www.corp.example',
      truth: { verdict: 'client-acl', scope: 'zone' },
    },
    {
      state: "a zone's `allow-query` for a key",
      kind: 'acl of a zone',
      name: 'www.house.example',
      truth: { verdict: 'client-acl', scope: 'zone' },
    },
    {
      state: "a zone's `allow-query` for a key, RD=0",
      kind: 'acl of a zone',
      name: 'www.house.example',
      rd: false,
      truth: { verdict: 'client-acl', scope: 'zone', diagnosis: 'none' },
    },
    {
      state: 'IXFR of a zone that it lacks',
      kind: 'transfer of a foreign zone',
      name: 'elsewhere.example',
      type: 'IXFR',
      truth: { scope: 'zone', diagnosis: 'transfer' },
    },
  ],
};
