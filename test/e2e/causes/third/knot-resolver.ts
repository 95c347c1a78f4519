/** Knot Resolver by TLS and HTTPS: policies, views, and RD=0. */

import { byBoth, findSecurePorts, shown } from '../secured.ts';
import type { Server, State } from '../state.ts';
import { startRoot, startWith } from '../world.ts';

const REFUSED = '127.53.1.1';
const DROPPED = '127.53.2.1';

const KINDS: readonly State[] = [
  {
    state: '`view:addr`, `policy.REFUSE` for all',
    kind: 'acl',
    source: REFUSED,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: '`view:addr`, `policy.DROP` for all',
    kind: 'acl that fails',
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
];

export const KNOT_RESOLVER: Server = {
  server: 'Knot Resolver',
  evaluation: 3,
  debian: 'knot-resolver',
  programs: ['kresd', 'nsd', 'openssl'],
  async start() {
    const root = await startRoot();
    const { dot, doh } = await findSecurePorts();
    const text = (port: number) => `
net.listen('127.0.0.1', ${port}, { kind = 'dns' })
net.listen('127.0.0.1', ${dot}, { kind = 'tls' })
net.listen('127.0.0.1', ${doh}, { kind = 'doh2' })
net.tls('${shown().certificate}', '${shown().key}')
modules = { 'policy', 'view', 'hints > iterate' }
modules.unload('ta_update')
trust_anchors.remove('.')
cache.size = 2 * MB
view:addr('${REFUSED}/32', policy.all(policy.REFUSE))
view:addr('${DROPPED}/32', policy.all(policy.DROP))
policy.add(policy.suffix(policy.REFUSE, { todname('blocked.example') }))
policy.add(function(_, query)
  if query.stype == kres.type.MX then return policy.REFUSE end
end)
policy.add(policy.all(policy.STUB('127.0.0.1@${root}')))
`;
    const args = (file: string, folder: string) => ['-n', '-c', file, folder];
    await startWith('kresd', args, text);
    return { dot, doh };
  },
  states: byBoth(KINDS),
};
