/** Unbound: an access-control for each source, with `ede: yes` and without. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPort, startUnbound } from '../peers.ts';
import { makeFolder } from '../processes.ts';
import type { Server, State } from './state.ts';
import { SOA, startRoot, startStrict } from './world.ts';

const REFUSED = '127.21.1.1';
const DENIED = '127.21.2.1';
const LOCAL_ONLY = '127.21.3.1';
const LOCAL_OR_SILENT = '127.21.4.1';
const VIEWED = '127.21.5.1';

const RPZ = `$TTL 300
$ORIGIN rpz.house.
${SOA}
@ NS localhost.
blocked.example CNAME .
listed.example CNAME *.
`;

const server = (zone: string) => [
  'do-not-query-localhost: no',
  'module-config: "respip iterator"',
  'identity: "ub1"',
  'access-control: 127.0.0.0/8 allow',
  `access-control: ${REFUSED}/32 refuse`,
  `access-control: ${DENIED}/32 deny`,
  `access-control: ${LOCAL_ONLY}/32 refuse_non_local`,
  `access-control: ${LOCAL_OR_SILENT}/32 deny_non_local`,
  `access-control-view: ${VIEWED}/32 viewed`,
  'local-zone: "example." transparent',
  'local-zone: "blocked.house.example." refuse',
  'local-zone: "listed.house.example." always_refuse',
  'local-zone: "other.house.example." always_nxdomain',
  'local-zone: "third.house.example." always_nodata',
  'local-zone: "dropped.house.example." deny',
  'local-zone: "www.house.example." typetransparent',
  'local-data: "www.house.example. A 192.0.2.1"',
  'rpz:',
  'name: rpz.house.',
  `zonefile: ${zone}`,
  'view:',
  'name: "viewed"',
  'local-zone: "third.example." refuse',
];

const KINDS: readonly State[] = [
  {
    state: '`access-control: refuse`',
    kind: 'acl',
    source: REFUSED,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: '`access-control: refuse`, over TCP',
    kind: 'acl',
    source: REFUSED,
    transport: 'tcp',
    truth: { verdict: 'client-acl', scope: 'server', diagnosis: 'none' },
  },
  {
    state: '`access-control: deny`',
    kind: 'acl that drops',
    source: DENIED,
    truth: { scope: 'server', diagnosis: 'client-acl' },
  },
  {
    state: '`access-control: refuse_non_local`',
    kind: 'acl for local data',
    source: LOCAL_ONLY,
    truth: { verdict: 'no-recursion', scope: 'server' },
  },
  {
    state: '`access-control: deny_non_local`',
    kind: 'acl for local data that drops',
    source: LOCAL_OR_SILENT,
    truth: { scope: 'server', diagnosis: 'client-acl' },
  },
  {
    state: '`access-control: allow`, RD=0',
    kind: 'snooping',
    rd: false,
    truth: { verdict: 'no-recursion', scope: 'query', diagnosis: 'none' },
  },
  {
    state: '`local-zone: refuse`',
    kind: 'local zone',
    name: 'blocked.house.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: '`local-zone: always_refuse`',
    kind: 'local zone',
    name: 'listed.house.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: "`local-zone: refuse` of a client's view",
    kind: 'local zone of a view',
    source: VIEWED,
    name: 'third.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: '`local-zone: always_nxdomain`',
    kind: 'local zone, made up',
    name: 'other.house.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`local-zone: always_nodata`',
    kind: 'local zone, made up',
    name: 'third.house.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`local-zone: deny`',
    kind: 'local zone that drops',
    name: 'dropped.house.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`rpz`: NXDOMAIN',
    kind: 'rpz',
    name: 'blocked.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: 'AXFR',
    kind: 'transfer',
    name: 'house.example',
    type: 'AXFR',
    truth: { verdict: 'type-policy', scope: 'query', diagnosis: 'transfer' },
  },
];

const OTHERS: readonly State[] = [
  {
    state: '`access-control: refuse_non_local`; `hide-identity: yes`',
    at: 'hidden',
    kind: 'acl for local data',
    source: LOCAL_ONLY,
    truth: { verdict: 'no-recursion', scope: 'server' },
  },
  {
    state: '`access-control: refuse`; `hide-identity: yes`',
    at: 'hidden',
    kind: 'acl',
    source: REFUSED,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: '`ip-ratelimit`',
    at: 'limited',
    kind: 'rate limit',
    burst: true,
    truth: { scope: 'server', diagnosis: 'rate-limit' },
  },
  {
    state: '`do-tcp: no`',
    at: 'noTcp',
    kind: 'no tcp',
    truth: { scope: 'query', diagnosis: 'transport' },
  },
  {
    state: '`forward-addr` that refuses',
    at: 'strict',
    kind: 'behind refuses',
    truth: { scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: '`forward-addr` that is dead',
    at: 'dead',
    kind: 'behind dead',
    truth: { scope: 'behind', diagnosis: 'upstream' },
  },
];

export const UNBOUND: Server = {
  server: 'Unbound',
  debian: 'unbound',
  programs: ['unbound', 'named', 'nsd'],
  async start() {
    const [root, strict, nobody] = await Promise.all([startRoot(), startStrict(), findPort()]);
    const zone = join(makeFolder(), 'rpz');
    writeFileSync(zone, RPZ);
    const ask = (port: number, lines: readonly string[]) =>
      startUnbound([...lines, 'forward-zone:', 'name: .', `forward-addr: 127.0.0.1@${port}`]);
    const open = ['do-not-query-localhost: no', 'local-zone: "example." transparent'];
    const [plain, ede, hidden, limited, noTcp, behind, dead] = await Promise.all([
      ask(root, server(zone)),
      ask(root, ['ede: yes', ...server(zone)]),
      ask(root, ['hide-identity: yes', 'hide-version: yes', ...server(zone)]),
      ask(root, [...open, 'ip-ratelimit: 5', 'ip-ratelimit-factor: 0']),
      ask(root, [...open, 'do-tcp: no']),
      ask(strict, open),
      ask(nobody, open),
    ]);
    return {
      plain: plain.port,
      ede: ede.port,
      hidden: hidden.port,
      limited: limited.port,
      noTcp: noTcp.port,
      strict: behind.port,
      dead: dead.port,
    };
  },
  states: [
    ...KINDS.map((one) => ({ ...one, at: 'plain' })),
    ...KINDS.map((one) => ({ ...one, state: `${one.state}; \`ede: yes\``, at: 'ede' })),
    ...OTHERS,
  ],
};
