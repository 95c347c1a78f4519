/** Knot DNS: authoritative only, and says little. */

import type { Server, State } from './state.ts';
import { CORP, startWith } from './world.ts';

const config = (port: number, folder: string) => `server:
    listen: 127.0.0.1@${port}
    rundir: "${folder}"
    identity: knot1
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "${folder}"
mod-queryacl:
  - id: few
    address: 127.41.1.0/24
mod-rrl:
  - id: limit
    rate-limit: 3
    slip: 2
  - id: twenty
    rate-limit: 20
    slip: 0
mod-noudp:
  - id: tcp
template:
  - id: default
    storage: "${folder}"
    file: corp
    zonefile-sync: -1
    journal-content: none
zone:
  - domain: corp.example
  - domain: closed.example
    module: mod-queryacl/few
  - domain: limited.example
    module: mod-rrl/limit
  - domain: pressed.example
    module: mod-rrl/twenty
  - domain: tcp.example
    module: mod-noudp
  - domain: missing.example
    file: missing
`;

const STATES: readonly State[] = [
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
    state: "a zone's `mod-queryacl`",
    kind: 'acl of a zone',
    name: 'www.closed.example',
    truth: { scope: 'zone', diagnosis: 'client-acl' },
  },
  {
    state: 'AXFR, no `acl` of the zone',
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
    state: '`mod-rrl`',
    kind: 'rate limit',
    name: 'www.limited.example',
    burst: true,
    truth: { scope: 'server', diagnosis: 'rate-limit' },
  },
  {
    state: '`mod-rrl`, pressed',
    kind: 'rate limit',
    source: '127.41.2.1',
    pressed: 'pressed.example',
    truth: { scope: 'server', diagnosis: 'none' },
  },
  {
    state: 'a zone file that is missing',
    kind: 'not ready',
    name: 'www.missing.example',
    truth: { scope: 'zone', diagnosis: 'failure' },
  },
];

export const KNOT: Server = {
  server: 'Knot DNS',
  debian: 'knot',
  programs: ['knotd'],
  async start() {
    const knot = await startWith('knotd', (file) => ['-c', file], config, { corp: CORP });
    return { knot };
  },
  states: STATES,
};
