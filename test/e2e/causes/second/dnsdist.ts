/** dnsdist: other settings of the kinds of the second evaluation. */

import { startUnbound } from '../../peers.ts';
import type { Server, State } from '../state.ts';
import { startRoot, startWith } from '../world.ts';

const config = (backend: number) => (port: number) =>
  `
setLocal("127.0.0.1:${port}")
setACL({"127.0.0.0/8"})
setSecurityPollSuffix("")
newServer({address="127.0.0.1:${backend}", healthCheckMode="up"})
addAction(RegexRule("^listed\\\\.example$"), RCodeAction(DNSRCode.REFUSED))
addAction(SuffixMatchNodeRule(newSuffixMatchNodeOf("house.example")), RCodeAction(DNSRCode.REFUSED))
addAction('fourth.corp.example', RCodeAction(DNSRCode.NOERROR))
addAction('third.corp.example', SetNegativeAndSOAAction(true, "third.corp.example", 60, "ns.example", "host.example", 1, 60, 60, 60, 60))
addAction(OrRule({QTypeRule(DNSQType.IXFR), QTypeRule(DNSQType.AXFR)}), RCodeAction(DNSRCode.NOTIMP))
addAction(AndRule({QNameRule('rate.example'), MaxQPSIPRule(2, 32, 64, 2)}), TCAction())
addAction(AndRule({QNameRule('rate.corp.example'), MaxQPSRule(2)}), RCodeAction(DNSRCode.REFUSED))
`;

/** The function that dnsdist has not, for a suffix. */
const SUFFIX = `
function newSuffixMatchNodeOf(name)
  local node = newSuffixMatchNode()
  node:add(newDNSName(name))
  return node
end
`;

const STATES: readonly State[] = [
  {
    state: '`RegexRule` that refuses',
    kind: 'name policy',
    name: 'listed.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: '`SuffixMatchNodeRule` that refuses',
    kind: 'name policy',
    name: 'www.house.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: '`SuffixMatchNodeRule` that refuses, RD=0',
    kind: 'name policy',
    name: 'www.house.example',
    rd: false,
    truth: { verdict: 'name-policy', scope: 'name', diagnosis: 'none' },
  },
  {
    state: '`QNameRule` that answers NOERROR with nothing',
    kind: 'name policy, made up',
    name: 'fourth.corp.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`SetNegativeAndSOAAction`',
    kind: 'name policy, made up',
    name: 'third.corp.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`QTypeRule` for transfers that answers NOTIMP',
    kind: 'transfer',
    name: 'corp.example',
    type: 'AXFR',
    truth: { scope: 'query', diagnosis: 'transfer' },
  },
  {
    state: '`MaxQPSIPRule` that truncates',
    kind: 'rate limit',
    name: 'rate.example',
    burst: true,
    truth: { scope: 'server', diagnosis: 'rate-limit' },
  },
  {
    state: '`MaxQPSRule` that refuses',
    kind: 'rate limit',
    name: 'rate.corp.example',
    burst: true,
    truth: { scope: 'server', diagnosis: 'rate-limit' },
  },
];

export const DNSDIST: Server = {
  server: 'dnsdist',
  evaluation: 2,
  debian: 'dnsdist',
  programs: ['dnsdist', 'unbound', 'nsd'],
  async start() {
    const root = await startRoot();
    const backend = await startUnbound([
      'do-not-query-localhost: no',
      'local-zone: "example." transparent',
      'forward-zone:',
      'name: .',
      `forward-addr: 127.0.0.1@${root}`,
    ]);
    const args = (file: string) => ['--supervised', '--disable-syslog', '-C', file];
    const text = config(backend.port);
    return { dnsdist: await startWith('dnsdist', args, (port) => SUFFIX + text(port)) };
  },
  states: STATES,
};
