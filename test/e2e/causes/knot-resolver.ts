/** Knot Resolver: policies, views, and what it refuses by itself. */

import { findPort } from '../peers.ts';
import type { Server, State } from './state.ts';
import { startRoot, startStrict, startWith } from './world.ts';

const REFUSED = '127.51.1.1';
const DROPPED = '127.51.2.1';

const config = (root: number, strict: number, nobody: number) => (port: number) =>
  `
net.listen('127.0.0.1', ${port}, { kind = 'dns' })
modules = { 'policy', 'view', 'hints > iterate' }
modules.unload('ta_update')
trust_anchors.remove('.')
cache.size = 2 * MB
local function suffix(name) return { todname(name) } end
view:addr('${REFUSED}/32', policy.all(policy.REFUSE))
view:addr('${DROPPED}/32', policy.all(policy.DROP))
policy.add(policy.suffix(policy.REFUSE, suffix('blocked.example')))
policy.add(policy.suffix(policy.DENY, suffix('listed.example')))
policy.add(policy.suffix(policy.DENY_MSG('not here'), suffix('third.house.example')))
policy.add(policy.suffix(policy.DROP, suffix('dropped.example')))
policy.add(policy.suffix(policy.TC, suffix('typed.example')))
policy.add(policy.suffix(policy.ANSWER({}, true), suffix('fourth.house.example')))
policy.add(function(_, query)
  if query.stype == kres.type.MX then return policy.REFUSE end
end)
policy.add(policy.suffix(policy.STUB('127.0.0.1@${strict}'), suffix('behind.example')))
policy.add(policy.suffix(policy.STUB('127.0.0.1@${nobody}'), suffix('dead.example')))
policy.add(policy.all(policy.STUB('127.0.0.1@${root}')))
`;

const STATES: readonly State[] = [
  {
    state: '`view:addr`, `policy.REFUSE` for all',
    kind: 'acl',
    source: REFUSED,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: '`view:addr`, `policy.DROP` for all',
    kind: 'acl that drops',
    source: DROPPED,
    truth: { scope: 'server', diagnosis: 'client-acl' },
  },
  {
    state: '`policy.REFUSE` of a suffix',
    kind: 'name policy',
    name: 'blocked.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: '`policy.REFUSE` of a suffix, a name below it',
    kind: 'name policy',
    name: 'www.blocked.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: '`policy.REFUSE` of a suffix, RD=0',
    kind: 'snooping of a name',
    name: 'blocked.example',
    rd: false,
    truth: { verdict: 'no-recursion', scope: 'query', diagnosis: 'none' },
  },
  {
    state: '`policy.DENY`',
    kind: 'name policy, made up',
    name: 'listed.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`policy.DENY_MSG`',
    kind: 'name policy, made up',
    name: 'third.house.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`policy.ANSWER` without data',
    kind: 'name policy, nodata',
    name: 'fourth.house.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`policy.DROP`',
    kind: 'name policy that drops',
    name: 'dropped.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`policy.REFUSE` of a type',
    kind: 'type',
    type: 'MX',
    truth: { verdict: 'type-policy', scope: 'query' },
  },
  {
    state: 'RD=0',
    kind: 'snooping',
    rd: false,
    truth: { verdict: 'no-recursion', scope: 'query', diagnosis: 'none' },
  },
  {
    state: 'AXFR',
    kind: 'transfer',
    name: 'house.example',
    type: 'AXFR',
    truth: { scope: 'query', diagnosis: 'transfer' },
  },
  {
    state: '`policy.STUB` that refuses',
    kind: 'behind refuses',
    name: 'www.behind.example',
    truth: { scope: 'behind', diagnosis: 'failure' },
  },
  {
    state: '`policy.STUB` that is dead',
    kind: 'behind dead',
    name: 'www.dead.example',
    truth: { scope: 'behind', diagnosis: 'failure' },
  },
];

export const KNOT_RESOLVER: Server = {
  server: 'Knot Resolver',
  debian: 'knot-resolver',
  programs: ['kresd', 'named', 'nsd'],
  async start() {
    const [root, strict, nobody] = await Promise.all([startRoot(), startStrict(), findPort()]);
    const args = (file: string, folder: string) => ['-n', '-c', file, folder];
    return { kresd: await startWith('kresd', args, config(root, strict, nobody)) };
  },
  states: STATES,
};
