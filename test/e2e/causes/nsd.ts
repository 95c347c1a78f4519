/** NSD and Knot DNS: authoritative only. */

import { join } from 'node:path';
import type { Server, State } from './state.ts';
import { CORP, startWith } from './world.ts';

const HELD = 'www.corp.example';
const CLOSED = '127.31.1.1';
const OPEN = '127.31.2.1';

const usual = (port: number, folder: string) => `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  zonesdir: "${folder}"
  xfrdir: "${folder}"
  database: ""
  pidfile: "${join(folder, 'nsd.pid')}"
  xfrdfile: "${join(folder, 'xfrd.state')}"
  zonelistfile: "${join(folder, 'zone.list')}"
`;

const config = (lines: string, zone: string) => (port: number, folder: string) =>
  `${usual(port, folder)}${lines}
remote-control:
  control-enable: no
zone:
  name: corp.example
  zonefile: corp
${zone}
zone:
  name: house.example
  zonefile: missing
zone:
  name: open.example
  zonefile: corp
`;

const STATES: readonly State[] = [
  {
    state: 'a name elsewhere',
    kind: 'authoritative only',
    source: OPEN,
    truth: { verdict: 'no-recursion', scope: 'server' },
  },
  {
    state: 'a name elsewhere, RD=0',
    kind: 'authoritative only',
    source: OPEN,
    rd: false,
    truth: { verdict: 'no-recursion', scope: 'server', diagnosis: 'none' },
  },
  {
    state: "a zone's `allow-query`",
    kind: 'acl of a zone',
    source: CLOSED,
    name: HELD,
    truth: { verdict: 'client-acl', scope: 'zone' },
  },
  {
    state: 'AXFR, not in `provide-xfr`',
    kind: 'transfer',
    source: OPEN,
    name: 'corp.example',
    type: 'AXFR',
    truth: { verdict: 'client-acl', scope: 'zone', diagnosis: 'transfer' },
  },
  {
    state: 'IXFR, not in `provide-xfr`',
    kind: 'transfer',
    source: OPEN,
    name: 'corp.example',
    type: 'IXFR',
    truth: { verdict: 'client-acl', scope: 'zone', diagnosis: 'transfer' },
  },
  {
    state: 'AXFR of a zone that it lacks',
    kind: 'transfer of a foreign zone',
    source: OPEN,
    name: 'elsewhere.example',
    type: 'AXFR',
    truth: { scope: 'zone', diagnosis: 'transfer' },
  },
  {
    state: 'a zone file that is missing',
    kind: 'not ready',
    source: OPEN,
    name: 'www.house.example',
    truth: { scope: 'zone', diagnosis: 'failure' },
  },
  {
    state: '`hide-identity`, `hide-version`, a name elsewhere',
    at: 'hidden',
    kind: 'authoritative only, nameless',
    truth: { verdict: 'no-recursion', scope: 'server' },
  },
  {
    state: '`rrl-ratelimit`',
    at: 'limited',
    kind: 'rate limit',
    name: HELD,
    burst: true,
    source: '127.31.9.1',
    truth: { scope: 'server', diagnosis: 'rate-limit' },
  },
  {
    state: '`rrl-ratelimit`, pressed',
    at: 'pressed',
    kind: 'rate limit',
    source: '127.31.10.1',
    pressed: 'corp.example',
    truth: { scope: 'server', diagnosis: 'none' },
  },
];

export const NSD: Server = {
  server: 'NSD',
  debian: 'nsd',
  programs: ['nsd'],
  async start() {
    const args = (file: string) => ['-d', '-c', file];
    const [nsd, hidden, limited, pressed] = await Promise.all([
      startWith(
        'nsd',
        args,
        config(
          '  rrl-ratelimit: 0\n  rrl-whitelist-ratelimit: 0\n  identity: "nsd1"',
          `  allow-query: ${OPEN} NOKEY\n  allow-query: 127.0.0.1 NOKEY`,
        ),
        { corp: CORP },
      ),
      startWith(
        'nsd',
        args,
        config('  rrl-ratelimit: 0\n  hide-identity: yes\n  hide-version: yes', ''),
        { corp: CORP },
      ),
      startWith('nsd', args, config('  rrl-ratelimit: 4\n  rrl-slip: 2', ''), { corp: CORP }),
      startWith('nsd', args, config('  rrl-ratelimit: 50\n  rrl-slip: 0', ''), { corp: CORP }),
    ]);
    return { nsd, hidden, limited, pressed };
  },
  states: STATES,
};
