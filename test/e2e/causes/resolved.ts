/** systemd-resolved: a stub that asks others, and passes on what they say. */

import { findPort, startUnbound } from '../peers.ts';
import { hasResolved, startResolved } from '../resolved.ts';
import type { Server, State } from './state.ts';
import { startRoot, startStrict } from './world.ts';

const STATES: readonly State[] = [
  {
    state: 'a server with an ACL that says EDE 18',
    at: 'strict',
    kind: 'behind refuses',
    truth: { verdict: 'client-acl', scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: 'a server that refuses the name',
    at: 'open',
    name: 'blocked.house.example',
    kind: 'behind has a policy',
    truth: { verdict: 'name-policy', scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: 'a server that is dead',
    at: 'dead',
    kind: 'behind dead',
    truth: { scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: 'no server',
    at: 'alone',
    kind: 'nobody to ask',
    truth: { verdict: 'no-recursion', scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: 'a name of one label',
    at: 'open',
    name: 'www',
    kind: 'name policy',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: 'RD=0',
    at: 'open',
    rd: false,
    kind: 'snooping',
    truth: { verdict: 'no-recursion', scope: 'query', diagnosis: 'none' },
  },
  {
    state: 'AXFR',
    at: 'open',
    name: 'house.example',
    type: 'AXFR',
    kind: 'transfer',
    truth: { verdict: 'type-policy', scope: 'query', diagnosis: 'transfer' },
  },
];

export const RESOLVED: Server = {
  server: 'systemd-resolved',
  version: '252',
  isHere: hasResolved,
  programs: ['unshare', 'unbound', 'named', 'nsd'],
  async start() {
    const [root, strict, nobody] = await Promise.all([startRoot(), startStrict(), findPort()]);
    const unbound = await startUnbound([
      'do-not-query-localhost: no',
      'local-zone: "example." transparent',
      'local-zone: "blocked.house.example." refuse',
      'forward-zone:',
      'name: .',
      `forward-addr: 127.0.0.1@${root}`,
    ]);
    const [open, refusing, dead, alone] = await Promise.all([
      startResolved([unbound.port]),
      startResolved([strict]),
      startResolved([nobody]),
      startResolved([]),
    ]);
    return { open: open.port, strict: refusing.port, dead: dead.port, alone: alone.port };
  },
  states: STATES,
};
