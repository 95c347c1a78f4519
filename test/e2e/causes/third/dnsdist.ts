/** dnsdist by TLS and HTTPS: an ACL that drops, and rules that refuse. */

import { startUnbound } from '../../peers.ts';
import { byBoth, findSecurePorts, PATH, shown } from '../secured.ts';
import type { Server, State } from '../state.ts';
import { startRoot, startStrict, startWith } from '../world.ts';

const NOT_IN_ACL = '127.74.1.1';
const BY_RULE = '127.73.1.1';

const KINDS: readonly State[] = [
  {
    state: 'not in `setACL`',
    kind: 'acl that drops',
    source: NOT_IN_ACL,
    truth: { scope: 'server', diagnosis: 'client-acl' },
  },
  {
    state: '`NetmaskGroupRule` that refuses',
    kind: 'acl by rule',
    source: BY_RULE,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: '`QNameRule` that refuses',
    kind: 'name policy',
    name: 'blocked.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: '`QTypeRule(MX)` that refuses',
    kind: 'type',
    type: 'MX',
    truth: { verdict: 'type-policy', scope: 'query' },
  },
  {
    state: 'a server behind with an ACL',
    kind: 'behind refuses',
    name: 'www.behind.example',
    truth: { verdict: 'client-acl', scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: '`QNameRule` that drops',
    kind: 'name policy that drops',
    name: 'dropped.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
];

export const DNSDIST: Server = {
  server: 'dnsdist',
  evaluation: 3,
  debian: 'dnsdist',
  programs: ['dnsdist', 'unbound', 'named', 'nsd', 'openssl'],
  async start() {
    const [root, strict] = await Promise.all([startRoot(), startStrict()]);
    const backend = await startUnbound([
      'do-not-query-localhost: no',
      'identity: "ub2"',
      'local-zone: "example." transparent',
      'forward-zone:',
      'name: .',
      `forward-addr: 127.0.0.1@${root}`,
    ]);
    const { dot, doh } = await findSecurePorts();
    const files = `"${shown().certificate}", "${shown().key}"`;
    const text = (port: number) => `
setLocal("127.0.0.1:${port}")
setACL({"127.0.0.1/32", "127.73.0.0/16"})
setSecurityPollSuffix("")
addTLSLocal("127.0.0.1:${dot}", ${files}, { provider = "openssl" })
addDOHLocal("127.0.0.1:${doh}", ${files}, "${PATH}")
newServer({address="127.0.0.1:${backend.port}", healthCheckMode="up"})
newServer({address="127.0.0.1:${strict}", healthCheckMode="up", pool="strict"})
addAction('${BY_RULE}/32', RCodeAction(DNSRCode.REFUSED))
addAction(QTypeRule(DNSQType.MX), RCodeAction(DNSRCode.REFUSED))
addAction('blocked.example', RCodeAction(DNSRCode.REFUSED))
addAction('dropped.example', DropAction())
addAction('behind.example', PoolAction('strict'))
`;
    const args = (file: string) => ['--supervised', '--disable-syslog', '-C', file];
    await startWith('dnsdist', args, text);
    return { dot, doh };
  },
  states: byBoth(KINDS),
};
