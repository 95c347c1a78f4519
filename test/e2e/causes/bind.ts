/** BIND: a view for each source. */

import { findPort, startBind } from '../peers.ts';
import type { Server, State } from './state.ts';
import { CORP, SOA, startRoot, startStrict } from './world.ts';

interface View {
  readonly source: string;
  /** `root`, `strict` and `nobody` are the ports of whom it may ask. */
  readonly lines: (ports: Readonly<Record<'root' | 'strict' | 'nobody', number>>) => string;
}

const asking = (port: number) =>
  `recursion yes; forward only; forwarders { 127.0.0.1 port ${port}; };`;
const corp = (lines = '') => `zone corp.example { type primary; file "corp"; ${lines} };`;

/** The sources are far from each other: BIND tells its name to each /24 only three times a second. */
const VIEWS = {
  allowQuery: {
    source: '127.11.1.1',
    lines: ({ root }) => `${asking(root)} allow-query { none; };`,
  },
  allowQueryHeld: {
    source: '127.11.16.1',
    lines: ({ root }) => `${asking(root)} allow-query { none; }; ${corp()}`,
  },
  zoneQuery: {
    source: '127.11.2.1',
    lines: ({ root }) => `${asking(root)} ${corp('allow-query { none; };')}`,
  },
  zoneQueryOn: {
    source: '127.11.3.1',
    lines: ({ root }) => `${asking(root)} ${corp('allow-query-on { none; };')}`,
  },
  authZoneQuery: {
    source: '127.11.4.1',
    lines: () =>
      `recursion no; ${corp('allow-query { none; };')} zone other.test { type primary; file "corp"; };`,
  },
  allowRecursion: {
    source: '127.11.5.1',
    lines: ({ root }) => `${asking(root)} allow-recursion { none; };`,
  },
  queryCache: {
    source: '127.11.6.1',
    lines: ({ root }) => `${asking(root)} allow-query-cache { none; };`,
  },
  noRecursion: { source: '127.11.7.1', lines: () => 'recursion no;' },
  authoritative: { source: '127.11.8.1', lines: () => `recursion no; ${corp()}` },
  rpz: {
    source: '127.11.9.1',
    lines: ({ root }) =>
      `${asking(root)} response-policy { zone rpz; } qname-wait-recurse no; zone rpz { type primary; file "rpz"; };`,
  },
  rate: {
    source: '127.11.10.1',
    lines: ({ root }) => `${asking(root)} rate-limit { responses-per-second 3; slip 2; };`,
  },
  errorRate: {
    source: '127.11.11.1',
    lines: () => 'recursion no; rate-limit { errors-per-second 3; slip 2; };',
  },
  pressed: {
    source: '127.11.19.1',
    lines: () => `recursion no; rate-limit { nxdomains-per-second 50; slip 0; }; ${corp()}`,
  },
  pressedErrors: {
    source: '127.11.20.1',
    lines: () => 'recursion no; rate-limit { errors-per-second 50; slip 2; };',
  },
  strict: { source: '127.11.12.1', lines: ({ strict }) => asking(strict) },
  dead: { source: '127.11.13.1', lines: ({ nobody }) => asking(nobody) },
  closedZone: {
    source: '127.11.14.1',
    lines: ({ root }) => `${asking(root)} ${corp('allow-transfer { none; };')}`,
  },
  authClosedZone: {
    source: '127.11.15.1',
    lines: () => `recursion no; ${corp('allow-transfer { none; };')}`,
  },
  closedUpdate: {
    source: '127.11.18.1',
    lines: ({ root }) => `${asking(root)} ${corp('allow-update { none; };')}`,
  },
  expired: {
    source: '127.11.17.1',
    lines: ({ nobody }) =>
      `recursion no; zone corp.example { type secondary; file "none"; primaries { 127.0.0.1 port ${nobody}; }; };`,
  },
} as const satisfies Readonly<Record<string, View>>;

const RPZ = `$TTL 300
${SOA}
@ NS localhost.
blocked.example CNAME .
listed.example CNAME *.
dropped.example CNAME rpz-drop.
`;

/** In no view at all. */
const STRANGER = '127.12.1.1';
const HELD = 'www.corp.example';
const { source: recursing } = VIEWS.closedZone;
const { source: authoritative } = VIEWS.authoritative;

const STATES: readonly State[] = [
  {
    state: '`allow-query` of the options',
    kind: 'acl of the options',
    source: VIEWS.allowQuery.source,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: '`allow-query` of the options, asked for its own zone',
    kind: 'acl of the options',
    source: VIEWS.allowQueryHeld.source,
    name: HELD,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: 'in no `match-clients`',
    kind: 'no view',
    source: STRANGER,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: "a zone's `allow-query`",
    kind: 'acl of a zone',
    source: VIEWS.zoneQuery.source,
    name: HELD,
    truth: { verdict: 'client-acl', scope: 'zone' },
  },
  {
    state: "a zone's `allow-query-on`",
    kind: 'acl of a zone',
    source: VIEWS.zoneQueryOn.source,
    name: HELD,
    truth: { verdict: 'client-acl', scope: 'zone' },
  },
  {
    state: "a zone's `allow-query`, authoritative only",
    kind: 'acl of an authoritative zone',
    source: VIEWS.authZoneQuery.source,
    name: HELD,
    truth: { verdict: 'client-acl', scope: 'zone' },
  },
  {
    state: '`allow-recursion` without this client',
    kind: 'allow-recursion',
    source: VIEWS.allowRecursion.source,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: '`allow-query-cache` without this client',
    kind: 'allow-query-cache',
    source: VIEWS.queryCache.source,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: '`allow-query-cache` without this client, RD=0',
    kind: 'allow-query-cache',
    source: VIEWS.queryCache.source,
    rd: false,
    truth: { verdict: 'client-acl', scope: 'server', diagnosis: 'none' },
  },
  {
    state: '`recursion no`',
    kind: 'recursion off',
    source: VIEWS.noRecursion.source,
    truth: { verdict: 'no-recursion', scope: 'server' },
  },
  {
    state: '`recursion no`, RD=0',
    kind: 'recursion off',
    source: VIEWS.noRecursion.source,
    rd: false,
    truth: { verdict: 'no-recursion', scope: 'server', diagnosis: 'none' },
  },
  {
    state: 'authoritative only, a name elsewhere',
    kind: 'authoritative only',
    source: authoritative,
    truth: { verdict: 'no-recursion', scope: 'server' },
  },
  {
    state: 'response policy zone: NXDOMAIN',
    kind: 'rpz',
    source: VIEWS.rpz.source,
    name: 'blocked.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: 'response policy zone: NODATA',
    kind: 'rpz',
    source: VIEWS.rpz.source,
    name: 'listed.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: 'response policy zone: drop',
    kind: 'rpz drop',
    source: VIEWS.rpz.source,
    name: 'dropped.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`rate-limit`: responses',
    kind: 'rate limit',
    source: VIEWS.rate.source,
    burst: true,
    truth: { scope: 'server', diagnosis: 'rate-limit' },
  },
  {
    state: '`rate-limit`: errors',
    kind: 'rate limit of errors',
    source: VIEWS.errorRate.source,
    truth: { verdict: 'no-recursion', scope: 'server' },
  },
  {
    state: '`rate-limit`: names that do not exist, pressed',
    kind: 'rate limit',
    source: VIEWS.pressed.source,
    pressed: 'corp.example',
    truth: { scope: 'server', diagnosis: 'none' },
  },
  {
    state: '`rate-limit`: errors, pressed',
    kind: 'rate limit of errors',
    source: VIEWS.pressedErrors.source,
    pressed: 'house.example',
    truth: { scope: 'server', diagnosis: 'none' },
  },
  {
    state: '`forwarders` that refuse',
    kind: 'behind refuses',
    source: VIEWS.strict.source,
    truth: { scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: '`forwarders` that are dead',
    kind: 'behind dead',
    source: VIEWS.dead.source,
    truth: { scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: "AXFR, not in the zone's `allow-transfer`",
    kind: 'transfer',
    source: recursing,
    name: 'corp.example',
    type: 'AXFR',
    truth: { verdict: 'client-acl', scope: 'zone', diagnosis: 'transfer' },
  },
  {
    state: "AXFR, not in the zone's `allow-transfer`, authoritative only",
    kind: 'transfer, authoritative',
    source: VIEWS.authClosedZone.source,
    name: 'corp.example',
    type: 'AXFR',
    truth: { verdict: 'client-acl', scope: 'zone', diagnosis: 'transfer' },
  },
  {
    state: 'AXFR of a zone that it lacks',
    kind: 'transfer of a foreign zone',
    source: authoritative,
    name: 'house.example',
    type: 'AXFR',
    truth: { scope: 'zone', diagnosis: 'transfer' },
  },
  {
    state: "UPDATE, not in the zone's `allow-update`",
    kind: 'update',
    source: VIEWS.closedUpdate.source,
    name: 'corp.example',
    type: 'SOA',
    opcode: 5,
    rd: false,
    truth: { verdict: 'client-acl', scope: 'zone', diagnosis: 'none' },
  },
  {
    state: 'a secondary zone that was never transferred',
    kind: 'not ready',
    source: VIEWS.expired.source,
    name: HELD,
    truth: { scope: 'zone', diagnosis: 'failure' },
  },
];

export const BIND: Server = {
  server: 'BIND',
  debian: 'bind9',
  programs: ['named', 'nsd'],
  async start() {
    const [root, strict, nobody] = await Promise.all([startRoot(), startStrict(), findPort()]);
    const sections = Object.entries(VIEWS).map(
      ([name, { source, lines }]) =>
        `view ${name} { match-clients { ${source}; }; ${lines({ root, strict, nobody })} };\n`,
    );
    const options = 'server-id "views"; allow-query { any; };';
    const files = { corp: CORP, rpz: RPZ };
    const peer = await startBind({ options, sections: sections.join(''), files });
    return { bind: peer.port };
  },
  states: STATES,
};
