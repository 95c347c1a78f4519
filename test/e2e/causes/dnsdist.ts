/** dnsdist: an ACL that drops, and rules that refuse. */

import { startUnbound } from '../peers.ts';
import type { Server, State } from './state.ts';
import { startRoot, startStrict, startWith } from './world.ts';

const NOT_IN_ACL = '127.72.1.1';
const BY_RULE = '127.71.1.1';
const BY_TCP = '127.71.2.1';

const config = (backend: number, strict: number, nobody: number) => (port: number) =>
  `
setLocal("127.0.0.1:${port}")
setACL({"127.0.0.1/32", "127.71.0.0/16"})
setSecurityPollSuffix("")
newServer({address="127.0.0.1:${backend}", healthCheckMode="up"})
newServer({address="127.0.0.1:${strict}", healthCheckMode="up", pool="strict"})
newServer({address="127.0.0.1:${nobody}", healthCheckMode="up", pool="dead", retries=1})
local byTcp = newNMG()
byTcp:addMask('${BY_TCP}/32')
addAction('${BY_RULE}/32', RCodeAction(DNSRCode.REFUSED))
addAction(QTypeRule(DNSQType.ANY), RCodeAction(DNSRCode.REFUSED))
addAction(QTypeRule(DNSQType.MX), RCodeAction(DNSRCode.REFUSED))
addAction(OpcodeRule(DNSOpcode.Update), RCodeAction(DNSRCode.REFUSED))
addAction(QTypeRule(DNSQType.AXFR), RCodeAction(DNSRCode.REFUSED))
addAction('listed.example', RCodeAction(DNSRCode.REFUSED))
addAction('other.house.example', RCodeAction(DNSRCode.NXDOMAIN))
addAction('dropped.example', DropAction())
addAction(AndRule({TCPRule(false), NetmaskGroupRule(byTcp)}), RCodeAction(DNSRCode.REFUSED))
addAction(AndRule({TCPRule(false), QNameRule('typed.example')}), RCodeAction(DNSRCode.REFUSED))
addAction(AndRule({TCPRule(true), QNameRule('fourth.house.example')}), RCodeAction(DNSRCode.REFUSED))
addAction(AndRule({QNameRule('rate.example'), MaxQPSIPRule(2, 32, 64, 2)}), RCodeAction(DNSRCode.REFUSED))
addAction(AndRule({makeRule('fourth.corp.example.'), MaxQPSIPRule(50, 32, 64, 50)}), RCodeAction(DNSRCode.REFUSED))
addAction(AndRule({makeRule('third.corp.example.'), MaxQPSIPRule(50, 32, 64, 50)}), DropAction())
addAction('behind.example', PoolAction('strict'))
addAction('dead.example', PoolAction('dead'))
`;

const STATES: readonly State[] = [
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
    state: '`NetmaskGroupRule` that refuses, RD=0',
    kind: 'acl by rule',
    source: BY_RULE,
    rd: false,
    truth: { verdict: 'client-acl', scope: 'server', diagnosis: 'none' },
  },
  {
    state: '`QNameRule` that refuses',
    kind: 'name policy',
    name: 'listed.example',
    truth: { verdict: 'name-policy', scope: 'name' },
  },
  {
    state: '`QNameRule` that answers NXDOMAIN',
    kind: 'name policy, made up',
    name: 'other.house.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`QNameRule` that drops',
    kind: 'name policy that drops',
    name: 'dropped.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`QTypeRule(ANY)` that refuses',
    kind: 'type',
    type: 'ANY',
    truth: { scope: 'query', diagnosis: 'type-policy' },
  },
  {
    state: '`QTypeRule(MX)` that refuses',
    kind: 'type',
    type: 'MX',
    truth: { verdict: 'type-policy', scope: 'query' },
  },
  {
    state: '`OpcodeRule(Update)` that refuses',
    kind: 'opcode',
    type: 'SOA',
    name: 'house.example',
    opcode: 5,
    rd: false,
    truth: { verdict: 'type-policy', scope: 'query', diagnosis: 'none' },
  },
  {
    state: '`QTypeRule(AXFR)` that refuses',
    kind: 'transfer',
    type: 'AXFR',
    name: 'house.example',
    truth: { verdict: 'type-policy', scope: 'query', diagnosis: 'transfer' },
  },
  {
    state: '`TCPRule(false)` that refuses all of a client',
    kind: 'tcp only',
    source: BY_TCP,
    truth: { verdict: 'needs-tcp-or-cookie', scope: 'query', diagnosis: 'transport' },
  },
  {
    state: '`TCPRule(false)` that refuses',
    kind: 'tcp only',
    name: 'typed.example',
    truth: { verdict: 'needs-tcp-or-cookie', scope: 'query', diagnosis: 'transport' },
  },
  {
    state: '`TCPRule(true)` that refuses',
    kind: 'udp only',
    name: 'fourth.house.example',
    truth: { scope: 'query', diagnosis: 'transport' },
  },
  {
    state: '`MaxQPSIPRule` that refuses',
    kind: 'rate limit',
    name: 'rate.example',
    burst: true,
    truth: { scope: 'server', diagnosis: 'rate-limit' },
  },
  {
    state: '`MaxQPSIPRule` that refuses, pressed',
    kind: 'rate limit',
    pressed: 'fourth.corp.example',
    truth: { scope: 'server', diagnosis: 'none' },
  },
  {
    state: '`MaxQPSIPRule` that drops, pressed',
    kind: 'rate limit',
    pressed: 'third.corp.example',
    truth: { scope: 'server', diagnosis: 'none' },
  },
  {
    state: 'a server behind with an ACL',
    kind: 'behind refuses',
    name: 'www.behind.example',
    truth: { verdict: 'client-acl', scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: 'a server behind that is dead',
    kind: 'behind dead',
    name: 'www.dead.example',
    truth: { scope: 'behind', diagnosis: 'upstream' },
  },
];

export const DNSDIST: Server = {
  server: 'dnsdist',
  debian: 'dnsdist',
  programs: ['dnsdist', 'unbound', 'named', 'nsd'],
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
    const text = config(backend.port, strict, 1);
    const args = (file: string) => ['--supervised', '--disable-syslog', '-C', file];
    return { dnsdist: await startWith('dnsdist', args, text) };
  },
  states: STATES,
};
