/** Unbound and dnsmasq: other settings of the kinds of the second evaluation. */

import { startDnsmasq, startUnbound } from '../../peers.ts';
import type { Server, State } from '../state.ts';
import { startRoot } from '../world.ts';

const SILENT = '127.22.1.1';

const STATES: readonly State[] = [
  {
    state: '`access-control: deny_non_local`, with local data',
    kind: 'acl for local data that drops',
    source: SILENT,
    truth: { scope: 'server', diagnosis: 'client-acl' },
  },
  {
    state: '`local-zone: refuse`, a name below',
    kind: 'local zone',
    name: 'www.house.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: '`local-zone: refuse`, RD=0',
    kind: 'local zone',
    name: 'house.example',
    rd: false,
    truth: { verdict: 'name-policy', scope: 'name', diagnosis: 'none' },
  },
  {
    state: '`local-zone: refuse` with data of another type',
    kind: 'local zone',
    name: 'typed.corp.example',
    type: 'TXT',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
];

const LINES = [
  'do-not-query-localhost: no',
  'hide-identity: yes',
  'hide-version: yes',
  'access-control: 127.0.0.0/8 allow',
  `access-control: ${SILENT}/32 deny_non_local`,
  'local-zone: "example." transparent',
  'local-zone: "house.example." refuse',
  'local-zone: "typed.corp.example." refuse',
  'local-data: "typed.corp.example. A 192.0.2.1"',
];

export const UNBOUND: Server = {
  server: 'Unbound',
  evaluation: 2,
  debian: 'unbound',
  programs: ['unbound', 'nsd'],
  async start() {
    const root = await startRoot();
    const forward = ['forward-zone:', 'name: .', `forward-addr: 127.0.0.1@${root}`];
    return { hidden: (await startUnbound([...LINES, ...forward])).port };
  },
  states: STATES,
};

export const DNSMASQ: Server = {
  server: 'dnsmasq',
  evaluation: 2,
  debian: 'dnsmasq-base',
  programs: ['dnsmasq', 'unbound', 'nsd'],
  async start() {
    const root = await startRoot();
    const behind = await startUnbound([
      'do-not-query-localhost: no',
      'local-zone: "example." transparent',
      'forward-zone:',
      'name: .',
      `forward-addr: 127.0.0.1@${root}`,
    ]);
    const args = [`--server=127.0.0.1#${behind.port}`, '--local=/house.example/'];
    return { dnsmasq: (await startDnsmasq(args)).port };
  },
  states: [
    {
      state: 'a `server` that refuses RD=0, without EDE',
      kind: 'behind refuses snooping',
      rd: false,
      truth: { verdict: 'no-recursion', scope: 'behind', diagnosis: 'none' },
    },
    {
      state: '`local=/domain/`',
      kind: 'name policy',
      name: 'www.house.example',
      truth: { scope: 'name', diagnosis: 'name-policy' },
    },
  ],
};
