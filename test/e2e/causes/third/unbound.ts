/** Unbound by TLS and HTTPS, with `ede: yes` and without. */

import { startUnbound } from '../../peers.ts';
import { byBoth, findSecurePorts, shown } from '../secured.ts';
import type { Server, State } from '../state.ts';
import { startRoot } from '../world.ts';

const REFUSED = '127.23.1.1';
const DENIED = '127.23.2.1';
const LOCAL_ONLY = '127.23.3.1';

const KINDS: readonly State[] = [
  {
    state: '`access-control: refuse`',
    kind: 'acl',
    source: REFUSED,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: '`access-control: refuse`, RD=0',
    kind: 'acl',
    source: REFUSED,
    rd: false,
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
    state: '`local-zone: deny`',
    kind: 'local zone that drops',
    name: 'dropped.house.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`access-control: allow`, RD=0',
    kind: 'snooping',
    rd: false,
    truth: { verdict: 'no-recursion', scope: 'query', diagnosis: 'none' },
  },
];

const lines = ({ dot, doh }: { dot: number; doh: number }) => [
  `interface: 127.0.0.1@${dot}`,
  `interface: 127.0.0.1@${doh}`,
  `tls-port: ${dot}`,
  `https-port: ${doh}`,
  `tls-service-key: "${shown().key}"`,
  `tls-service-pem: "${shown().certificate}"`,
  'incoming-num-tcp: 100',
  'do-not-query-localhost: no',
  'access-control: 127.0.0.0/8 allow',
  `access-control: ${REFUSED}/32 refuse`,
  `access-control: ${DENIED}/32 deny`,
  `access-control: ${LOCAL_ONLY}/32 refuse_non_local`,
  'local-zone: "example." transparent',
  'local-zone: "blocked.house.example." refuse',
  'local-zone: "listed.house.example." always_refuse',
  'local-zone: "dropped.house.example." deny',
];

export const UNBOUND: Server = {
  server: 'Unbound',
  evaluation: 3,
  debian: 'unbound',
  programs: ['unbound', 'nsd', 'openssl'],
  async start() {
    const root = await startRoot();
    const [plain, ede] = [await findSecurePorts(), await findSecurePorts()];
    const forward = ['forward-zone:', 'name: .', `forward-addr: 127.0.0.1@${root}`];
    await startUnbound([...lines(plain), ...forward]);
    await startUnbound(['ede: yes', ...lines(ede), ...forward]);
    return { ...plain, 'ede-dot': ede.dot, 'ede-doh': ede.doh };
  },
  states: [
    ...byBoth(KINDS),
    ...byBoth(KINDS.map((one) => ({ ...one, state: `${one.state}; \`ede: yes\``, at: 'ede-' }))),
  ],
};
