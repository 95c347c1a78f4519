/** A server with all that users are promised, before real upstreams of every conduct. */

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { findPort, startNsd, startUnbound } from './peers.ts';
import { type Rcode5, Site, serve } from './rcode5.ts';

const ZONE = `$TTL 300
@ SOA ns hostmaster 7 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
www A 192.0.2.80
strange TYPE65280 \\# 2 c0de
many.deep A 192.0.2.81
`;

/** Censored, by its configuration; a rule for addresses of answers and one that cannot be kept. */
const MALWARE = `$TTL 60
@ SOA localhost. nobody.invalid. 42 3600 600 86400 60
  NS localhost.
bad.example CNAME .
nodata.example CNAME *.
dropped.example CNAME rpz-drop.
tcp.example CNAME rpz-tcp-only.
32.66.2.0.192.rpz-ip CNAME .
32.66.66.0.127.rpz-client-ip CNAME .
ns.example.rpz-nsdname CNAME .
`;

/** Ports of the upstreams. */
interface Upstreams {
  readonly recursive: number;
  readonly authoritative: number;
  readonly refusing: number;
  readonly dead: number;
  readonly silent: number;
}

/** Every client is one of 127.0.0.0/8; what each may is told by its third number. */
const siteText = (ports: Upstreams) => `node: ns1.site-a
admin: { listen: "127.0.0.1:0" }
clientGroups:
  office: [127.0.0.0/24]
  vpn: [127.0.21.0/24]
acl:
  query:
    office: allow
    vpn: { action: allow, owner: netops, reason: NET-42, expires: 2099-01-31 }
    127.0.30.0/24: allow
    127.0.40.0/24: allow
    127.0.66.0/24: allow
    127.0.96.0/24: allow
    127.0.97.0/24: truncate
    127.0.98.0/24: drop
    127.0.99.0/24: refuse
    0.0.0.0/0: refuse
  recursion:
    office: allow
    vpn: allow
    127.0.30.0/24: allow
    127.0.40.0/24: allow
    127.0.66.0/24: allow
    127.0.97.0/24: allow
  transfer: { 127.0.0.5: allow }
rateLimit: { queriesPerSecond: 1, burst: 1, ipv4Prefix: 32, action: refuse, exempt: [office, vpn, 127.0.30.0/24, 127.0.64.0/18, 127.128.0.0/9] }
upstreams:
  default: { servers: ["127.0.0.1:${ports.recursive}"], timeout: 2s, attempts: 2 }
  corp: { servers: ["127.0.0.1:${ports.authoritative}"], strategy: fastest }
  strict: { servers: ["127.0.0.1:${ports.refusing}", "tcp://127.0.0.1:${ports.refusing}"] }
  dead: { servers: ["127.0.0.1:${ports.dead}"], attempts: 1 }
  silent: { servers: ["127.0.0.1:${ports.silent}"], timeout: 100ms, attempts: 1 }
routes:
  ".": default
  corp.example: corp
  unserved.example: corp
  strict.example: strict
  dead.example: dead
  silent.example: silent
policies:
  - name: house
    rules:
      "*.gambling.example": refuse
      tracker.example: { action: nxdomain, owner: secops, reason: SEC-7, types: [A, AAAA] }
      wpad.example: { answer: [192.0.2.1] }
      shy.example: drop
      large.example: truncate
      maybe.example: { action: refuse, mode: shadow }
  - { name: malware, rpz: malware.rpz, ede: censored }
  - { name: ads, domains: ads.txt, action: refuse }
  - { name: trial, domains: trial.txt, action: nxdomain, mode: shadow }
views:
  guests: { clients: [127.0.30.0/24], routes: { ".": default }, policies: [ads], recursion: allow }
cache: { entries: 1000, maxTtl: 1d, minTtl: 0s, negativeMaxTtl: 1h, serveStale: 1h }
ede: full
decisionLog: { to: decisions.log, record: all }
`;

const RESOLVED = [
  'local-zone: "." static',
  'local-data: "www.example. 300 A 192.0.2.80"',
  'local-data: "maybe.example. 300 A 192.0.2.80"',
  'local-data: "trial.example. 300 A 192.0.2.80"',
  'local-data: "infected.example. 300 A 192.0.2.66"',
  'local-data: "brief.example. 1 A 192.0.2.90"',
];

/** A server and those that it asks. */
export interface World {
  readonly server: Rcode5;
  /** Stops the recursive upstream. */
  readonly stopRecursive: () => Promise<void>;
  /** What `cleanUp` does not end. */
  readonly close: () => void;
}

export async function startWorld(): Promise<World> {
  const [recursive, refusing, authoritative, silent, dead] = await Promise.all([
    startUnbound(['access-control: 127.0.0.0/8 allow_snoop', ...RESOLVED]),
    startUnbound(['access-control: 127.0.0.0/8 refuse', 'ede: yes']),
    startNsd('corp.example', ZONE),
    startSilent(),
    findPort(),
  ]);
  const ports = {
    recursive: recursive.port,
    refusing: refusing.port,
    authoritative: authoritative.port,
    silent: silent.address().port,
    dead,
  };
  const lists = { 'ads.txt': 'ads.example\n', 'trial.txt': 'trial.example\n' };
  const server = await serve(new Site(siteText(ports), { 'malware.rpz': MALWARE, ...lists }));
  return { server, stopRecursive: () => recursive.program.stop(), close: () => silent.close() };
}

/** A socket that takes questions and says nothing. */
async function startSilent(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}
