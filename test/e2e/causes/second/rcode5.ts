/** rcode5 itself: other settings of the kinds of the second evaluation. */

import { findPort, startUnbound } from '../../peers.ts';
import { Site, serve } from '../../rcode5.ts';
import type { Server, State } from '../state.ts';
import { startRoot } from '../world.ts';

const NO_RECURSION = '127.82.2.1';
const VIEWED = '127.82.3.1';

const KINDS: readonly State[] = [
  {
    state: '`acl.recursion` of a view',
    kind: 'recursion',
    source: VIEWED,
    truth: { verdict: 'no-recursion', scope: 'server' },
  },
  {
    state: '`acl.recursion` without this client, another type',
    kind: 'recursion',
    source: NO_RECURSION,
    type: 'TXT',
    truth: { verdict: 'no-recursion', scope: 'server' },
  },
  {
    state: 'IXFR, not in `acl.transfer`',
    kind: 'transfer',
    name: 'house.example',
    type: 'IXFR',
    truth: { verdict: 'client-acl', scope: 'query', diagnosis: 'transfer' },
  },
  {
    state: 'an upstream with an ACL that says nothing',
    kind: 'behind refuses',
    name: 'www.behind.example',
    truth: { verdict: 'client-acl', scope: 'behind', diagnosis: 'upstream' },
  },
];

const DEAD: readonly State[] = [
  {
    state: 'all upstreams dead',
    kind: 'behind dead',
    truth: { scope: 'behind', diagnosis: 'upstream' },
  },
];

export const RCODE5: Server = {
  server: 'rcode5',
  evaluation: 2,
  programs: ['unbound', 'nsd'],
  async start() {
    const [root, nobody] = await Promise.all([startRoot(), findPort()]);
    const [open, mute] = await Promise.all([
      startUnbound([
        'do-not-query-localhost: no',
        'local-zone: "example." transparent',
        'forward-zone:',
        'name: .',
        `forward-addr: 127.0.0.1@${root}`,
      ]),
      startUnbound(['access-control: 127.0.0.0/8 refuse']),
    ]);
    const site = (ede: string, upstream: number) =>
      new Site(`node: second
ede: ${ede}
acl:
  query: { 127.0.0.0/8: allow }
  recursion: { 127.0.0.0/8: allow, ${NO_RECURSION}: refuse }
views: { few: { clients: [${VIEWED}], recursion: refuse } }
upstreams:
  default: { servers: ["127.0.0.1:${upstream}"], timeout: 100ms, attempts: 1 }
  mute: { servers: ["127.0.0.1:${mute.port}"] }
routes: { ".": default, behind.example: mute }
threads: 0
`);
    const [full, codes, off, deadFull, deadOff] = await Promise.all([
      serve(site('full', open.port)),
      serve(site('codes', open.port)),
      serve(site('off', open.port)),
      serve(site('full', nobody)),
      serve(site('off', nobody)),
    ]);
    return {
      full: full.port,
      codes: codes.port,
      off: off.port,
      deadFull: deadFull.port,
      deadOff: deadOff.port,
    };
  },
  states: [
    ...KINDS.map((one) => ({ ...one, at: 'full' })),
    ...KINDS.map((one) => ({ ...one, state: `${one.state}; \`ede: codes\``, at: 'codes' })),
    ...KINDS.map((one) => ({ ...one, state: `${one.state}; \`ede: off\``, at: 'off' })),
    ...DEAD.map((one) => ({ ...one, at: 'deadFull' })),
    ...DEAD.map((one) => ({ ...one, state: `${one.state}; \`ede: off\``, at: 'deadOff' })),
  ],
};
