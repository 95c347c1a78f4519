/** rcode5 itself, with what it says of its reasons and without. */

import { findPort, startUnbound } from '../peers.ts';
import { Site, serve } from '../rcode5.ts';
import type { Server, State } from './state.ts';
import { startRoot, startStrict } from './world.ts';

const REFUSED = '127.81.1.1';
const NO_RECURSION = '127.81.2.1';
const LIMITED = '127.81.3.1';
const TRUNCATED = '127.81.4.1';
const DROPPED = '127.81.5.1';

const KINDS: readonly State[] = [
  {
    state: '`acl.query`: refuse',
    kind: 'acl',
    source: REFUSED,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: '`acl.query`: drop',
    kind: 'acl that drops',
    source: DROPPED,
    truth: { scope: 'server', diagnosis: 'client-acl' },
  },
  {
    state: '`acl.recursion` without this client',
    kind: 'recursion',
    source: NO_RECURSION,
    truth: { verdict: 'no-recursion', scope: 'server' },
  },
  {
    state: 'a rule for the name',
    kind: 'name policy',
    name: 'blocked.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: 'a rule for a type of the name',
    kind: 'name policy for a type',
    name: 'typed.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: 'a rule for the name: NXDOMAIN',
    kind: 'name policy, made up',
    name: 'listed.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`rateLimit`: refuse',
    kind: 'rate limit',
    source: LIMITED,
    burst: true,
    truth: { scope: 'server', diagnosis: 'rate-limit' },
  },
  {
    state: 'AXFR, not in `acl.transfer`',
    kind: 'transfer',
    name: 'house.example',
    type: 'AXFR',
    truth: { verdict: 'client-acl', scope: 'query', diagnosis: 'transfer' },
  },
  {
    state: 'UPDATE, not in `acl.update`',
    kind: 'update',
    name: 'house.example',
    type: 'SOA',
    opcode: 5,
    rd: false,
    truth: { verdict: 'client-acl', scope: 'query', diagnosis: 'none' },
  },
  {
    state: 'an upstream with an ACL',
    kind: 'behind refuses',
    name: 'www.behind.example',
    truth: { verdict: 'client-acl', scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: 'an upstream that refuses RD=0',
    kind: 'behind refuses snooping',
    rd: false,
    truth: { verdict: 'no-recursion', scope: 'behind', diagnosis: 'none' },
  },
  {
    state: 'an upstream that is dead',
    kind: 'behind dead',
    name: 'www.dead.example',
    truth: { scope: 'behind', diagnosis: 'upstream' },
  },
];

/** Without its own words a failure behind looks like any failure. */
function silent(state: State): State {
  const { truth, kind } = state;
  return kind === 'behind dead' ? { ...state, truth: { ...truth, diagnosis: 'failure' } } : state;
}

export const RCODE5: Server = {
  server: 'rcode5',
  programs: ['unbound', 'named', 'nsd'],
  async start() {
    const [root, strict, nobody] = await Promise.all([startRoot(), startStrict(), findPort()]);
    const open = await startUnbound([
      'do-not-query-localhost: no',
      'ede: yes',
      'local-zone: "example." transparent',
      'forward-zone:',
      'name: .',
      `forward-addr: 127.0.0.1@${root}`,
    ]);
    const site = (ede: string) =>
      new Site(`node: rc5
ede: ${ede}
acl:
  query: { 127.0.0.0/8: allow, ${REFUSED}: refuse, ${DROPPED}: drop }
  recursion: { 127.0.0.0/8: allow, ${NO_RECURSION}: refuse }
rateLimit: { queriesPerSecond: 5, burst: 5, action: refuse, exempt: [others] }
clientGroups: { others: [127.0.0.1, ${REFUSED}, ${NO_RECURSION}, ${TRUNCATED}, ${DROPPED}] }
policies:
  - { name: house, rules: { blocked.example: refuse, listed.example: nxdomain, typed.example: { action: refuse, types: [A] } } }
upstreams:
  default: { servers: ["127.0.0.1:${open.port}"] }
  strict: { servers: ["127.0.0.1:${strict}"] }
  dead: { servers: ["127.0.0.1:${nobody}"], timeout: 100ms, attempts: 1 }
routes: { ".": default, behind.example: strict, dead.example: dead }
threads: 0
`);
    const [full, off, codes] = await Promise.all([
      serve(site('full')),
      serve(site('off')),
      serve(site('codes')),
    ]);
    return { full: full.port, off: off.port, codes: codes.port };
  },
  states: [
    ...KINDS.map((one) => ({ ...one, at: 'full' })),
    ...KINDS.map((one) => ({ ...silent(one), state: `${one.state}; \`ede: codes\``, at: 'codes' })),
    ...KINDS.map((one) => ({ ...silent(one), state: `${one.state}; \`ede: off\``, at: 'off' })),
  ],
};
