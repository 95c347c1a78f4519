/** Name servers of others, in the states that a diagnosis has to tell apart. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  findPort,
  type Peer,
  startBind,
  startDnsdist,
  startDnsmasq,
  startNsd,
  startUnbound,
} from './peers.ts';
import { makeFolder } from './processes.ts';

export const PROGRAMS: readonly string[] = ['named', 'unbound', 'nsd', 'dnsdist', 'dnsmasq'];

/**
 * For each of these sources BIND has a view of its own. They are far from each other: BIND tells
 * its name and version to each /24 only three times a second.
 */
export const VIEW = {
  healthy: '127.1.1.1',
  /** In the same view. */
  healthyToo: '127.1.2.1',
  healthyAsWell: '127.1.3.1',
  noRecursion: '127.2.2.1',
  authoritative: '127.2.3.1',
  byClient: '127.2.9.1',
  rpz: '127.2.4.1',
  rateLimit: '127.2.5.1',
  forwarder: '127.2.6.1',
  /** The second of these two may not recurse in their view. */
  inList: '127.2.7.1',
  outOfList: '127.2.8.1',
} as const;

/** Beside 127.0.0.2, the source whom the strict BIND lets ask. */
export const LET_IN = '127.3.0.1';

/** A server. */
export type Place = Exclude<keyof Diagnosed, 'root'> | 'rcode5';

/** A server in a state, a question, and what is to be found. */
export interface State {
  readonly state: string;
  readonly at: Place | readonly Place[];
  readonly name?: string;
  readonly type?: string;
  readonly sources?: readonly string[];
  readonly burst?: boolean;
  readonly timeoutMs?: number;
  readonly verdict: string;
  readonly confidence: string;
  /** The source that it is about. */
  readonly source?: string;
  /** What the summary and the evidence have to say. */
  readonly says?: readonly (string | RegExp)[];
}

const SOA = '@ SOA ns.root. hostmaster.root. 1 3600 600 86400 60';
const ROOT = `$TTL 300
${SOA}
@ NS ns.root.
ns.root. A 127.0.0.1
example. A 192.0.2.9
www.example. A 192.0.2.1
blocked.example. A 192.0.2.2
rate.example. A 192.0.2.3
tcp.example. A 192.0.2.4
`;
const CORP = `$TTL 300
${SOA}
@ NS ns.root.
www A 192.0.2.7
`;
const RPZ = `$TTL 300
${SOA}
@ NS localhost.
blocked.example CNAME .
dropped.example CNAME rpz-drop.
`;

/** The servers, by what they are. */
export interface Diagnosed {
  /** Holds the root and so answers everything; nobody is asked about it. */
  readonly root: number;
  /** NSD: corp.example and nothing else, which it hands to nobody. */
  readonly nsd: number;
  /** BIND: a view for each source of `VIEW`. */
  readonly bind: number;
  /** BIND that lets few ask. */
  readonly strict: number;
  /** Unbound: refuses 127.0.0.2, has a local zone and a policy zone. */
  readonly unbound: number;
  /** Unbound that says Extended DNS Errors, but does not serve TCP. */
  readonly noTcp: number;
  readonly limited: number;
  /** Unbound, dnsdist and dnsmasq that ask `strict`, which does not let them. */
  readonly unboundForwarder: number;
  readonly dnsdistForwarder: number;
  readonly dnsmasqForwarder: number;
  /** dnsdist and dnsmasq that ask Unbound. */
  readonly dnsdist: number;
  readonly dnsmasq: number;
  /** dnsmasq that knows nobody to ask. */
  readonly alone: number;
  /** Takes what comes, and says nothing. */
  readonly silent: number;
  /** A port where nobody is. */
  readonly closed: number;
}

/** Starts all of them. */
export async function startDiagnosed(): Promise<Diagnosed> {
  const [root, nsd, silent, closed] = await Promise.all([
    startNsd('.', ROOT).then(portOf),
    startNsd('corp.example', CORP).then(portOf),
    startSilent(),
    findPort(),
  ]);
  const [strict, unbound, noTcp, limited] = await Promise.all([
    startStrict(root),
    startPolicing(root),
    startAsking(root, ['ede: yes', 'do-tcp: no']),
    startAsking(root, ['ip-ratelimit: 5', 'ip-ratelimit-factor: 0']),
  ]);
  const [bind, unboundForwarder, dnsdistForwarder, dnsdist] = await Promise.all([
    startViews(root, strict),
    startAsking(strict, []),
    startDnsdist(strict, DNSDIST_BACKEND).then(portOf),
    startDnsdist(unbound, DNSDIST_BACKEND, DNSDIST_RULES).then(portOf),
  ]);
  const [dnsmasqForwarder, dnsmasq, alone] = await Promise.all([
    startDnsmasq([`--server=127.0.0.1#${strict}`]).then(portOf),
    startDnsmasq([`--server=127.0.0.1#${unbound}`]).then(portOf),
    startDnsmasq([]).then(portOf),
  ]);
  const forwarders = { unboundForwarder, dnsdistForwarder, dnsmasqForwarder };
  const others = { dnsdist, dnsmasq, alone, silent, closed };
  return { root, nsd, bind, strict, unbound, noTcp, limited, ...forwarders, ...others };
}

function portOf({ port }: Peer): number {
  return port;
}

function startStrict(root: number): Promise<number> {
  const options = `forward only; forwarders { 127.0.0.1 port ${root}; };
  allow-query { 127.0.0.2; ${LET_IN}; }; server-id "strict";`;
  return startBind({ options }).then(portOf);
}

function startViews(root: number, strict: number): Promise<number> {
  const asking = `recursion yes; forward only; forwarders { 127.0.0.1 port ${root}; };`;
  const corp = 'zone corp.example { type primary; file "corp"; };';
  const view = (name: keyof typeof VIEW, text: string) =>
    `view ${name} { match-clients { ${VIEW[name]}; }; ${text} };\n`;
  const policy = 'response-policy { zone rpz; } qname-wait-recurse no;';
  const sections = [
    `view healthy { match-clients { 127.1.0.0/16; }; ${asking} ${corp} };\n`,
    view('noRecursion', 'recursion no;'),
    view('authoritative', `recursion no; ${corp}`),
    view('byClient', `recursion no; ${corp}`),
    view('rpz', `${asking} ${policy} zone rpz { type primary; file "rpz"; };`),
    view('rateLimit', `${asking} rate-limit { responses-per-second 3; slip 2; };`),
    view('forwarder', `recursion yes; forward only; forwarders { 127.0.0.1 port ${strict}; };`),
    `view list { ${asking} allow-recursion { ${VIEW.inList}; }; };\n`,
  ].join('');
  const files = { corp: CORP, rpz: RPZ };
  return startBind({ options: 'server-id "views";', sections, files }).then(portOf);
}

/** Unbound that asks another server about everything. */
function startAsking(port: number, lines: readonly string[]): Promise<number> {
  const forward = ['forward-zone:', 'name: .', `forward-addr: 127.0.0.1@${port}`];
  const open = ['do-not-query-localhost: no', 'local-zone: "example." transparent'];
  return startUnbound([...open, ...lines, ...forward]).then(portOf);
}

function startPolicing(root: number): Promise<number> {
  const zone = join(makeFolder(), 'rpz');
  writeFileSync(zone, `$ORIGIN rpz.house.\n${RPZ}`);
  return startAsking(root, [
    'module-config: "respip iterator"',
    'access-control: 127.0.0.0/8 allow',
    'access-control: 127.0.0.2/32 refuse',
    'local-zone: "local.example." always_refuse',
    'rpz:',
    'name: rpz.house.',
    `zonefile: ${zone}`,
  ]);
}

const DNSDIST_RULES = `addAction('127.0.0.2/32', RCodeAction(DNSRCode.REFUSED))
addAction(QTypeRule(DNSQType.ANY), RCodeAction(DNSRCode.REFUSED))
addAction('listed.example', RCodeAction(DNSRCode.REFUSED))
addAction(AndRule({TCPRule(true), QNameRule('tcp.example')}), RCodeAction(DNSRCode.REFUSED))
addAction(AndRule({QNameRule('rate.example'), MaxQPSIPRule(1, 32, 64, 2)}), RCodeAction(DNSRCode.REFUSED))
`;

const DNSDIST_BACKEND = 'source="127.4.0.1", healthCheckMode="up"';

async function startSilent(): Promise<number> {
  const tcp = createServer((socket) =>
    socket
      .unref()
      .on('error', () => {})
      .resume(),
  ).unref();
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as { port: number };
  const udp = createSocket('udp4').unref();
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  return port;
}
