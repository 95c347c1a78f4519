/** rcode5 itself by TLS and HTTPS, with what it says of its reasons and without. */

import { copyFileSync } from 'node:fs';
import { startUnbound } from '../../peers.ts';
import { Site, serve } from '../../rcode5.ts';
import { byBoth, findSecurePorts, PATH, shown } from '../secured.ts';
import type { Server, State } from '../state.ts';
import { startRoot, startStrict } from '../world.ts';

const REFUSED = '127.83.1.1';
const NO_RECURSION = '127.83.2.1';
const DROPPED = '127.83.3.1';

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
    state: 'an upstream with an ACL',
    kind: 'behind refuses',
    name: 'www.behind.example',
    truth: { verdict: 'client-acl', scope: 'behind', diagnosis: 'upstream' },
  },
];

export const RCODE5: Server = {
  server: 'rcode5',
  evaluation: 3,
  programs: ['unbound', 'named', 'nsd', 'openssl'],
  async start() {
    const [root, strict] = await Promise.all([startRoot(), startStrict()]);
    const open = await startUnbound([
      'do-not-query-localhost: no',
      'local-zone: "example." transparent',
      'forward-zone:',
      'name: .',
      `forward-addr: 127.0.0.1@${root}`,
    ]);
    const start = async (ede: string) => {
      const ports = await findSecurePorts();
      const site = new Site(`node: rc5
ede: ${ede}
listen:
  - 127.0.0.1:0
  - { address: "127.0.0.1:${ports.dot}", tls: { certificate: own.pem, key: own.key } }
  - { address: "127.0.0.1:${ports.doh}", https: { certificate: own.pem, key: own.key, path: ${PATH} } }
acl:
  query: { 127.0.0.0/8: allow, ${REFUSED}: refuse, ${DROPPED}: drop }
  recursion: { 127.0.0.0/8: allow, ${NO_RECURSION}: refuse }
policies:
  - { name: house, rules: { blocked.example: refuse } }
upstreams:
  default: { servers: ["127.0.0.1:${open.port}"] }
  strict: { servers: ["127.0.0.1:${strict}"] }
routes: { ".": default, behind.example: strict }
threads: 0
`);
      copyFileSync(shown().certificate, site.path('own.pem'));
      copyFileSync(shown().key, site.path('own.key'));
      await serve(site);
      return ports;
    };
    const [full, off] = [await start('full'), await start('off')];
    return { ...full, 'off-dot': off.dot, 'off-doh': off.doh };
  },
  states: [
    ...byBoth(KINDS),
    ...byBoth(KINDS.map((one) => ({ ...one, state: `${one.state}; \`ede: off\``, at: 'off-' }))),
  ],
};
