/** BIND: other settings of the kinds of the second evaluation. */

import { findPort, startBind } from '../../peers.ts';
import type { Server, State } from '../state.ts';
import { CORP, SOA, startRoot, startStrict } from '../world.ts';

const RPZ = `$TTL 300
${SOA}
@ NS localhost.
*.example CNAME rpz-drop.
example CNAME rpz-passthru.
other.example CNAME rpz-passthru.
`;

const asking = (port: number) =>
  `recursion yes; forward only; forwarders { 127.0.0.1 port ${port}; };`;
const corp = (lines: string) => `zone corp.example { type primary; file "corp"; ${lines} };`;
const KEY = 'key few;';

type Ports = Readonly<Record<'root' | 'strict' | 'nobody', number>>;

const SOURCES = {
  zoneKey: '127.13.1.1',
  authZoneOn: '127.13.16.1',
  authZoneKey: '127.13.32.1',
  cacheOn: '127.13.48.1',
  cacheAll: '127.13.64.1',
  drop: '127.13.80.1',
  domainStrict: '127.13.96.1',
  domainDead: '127.13.112.1',
  stub: '127.13.128.1',
  transferKey: '127.13.144.1',
} as const;

const LINES: Readonly<Record<keyof typeof SOURCES, (ports: Ports) => string>> = {
  zoneKey: ({ root }) => `${asking(root)} ${corp(`allow-query { ${KEY} };`)}`,
  authZoneOn: () =>
    `recursion no; ${corp('allow-query-on { none; };')} zone open.test { type primary; file "corp"; };`,
  authZoneKey: () => `recursion no; ${corp(`allow-query { ${KEY} };`)}`,
  cacheOn: ({ root }) => `${asking(root)} allow-query-cache-on { none; };`,
  cacheAll: ({ root }) => `${asking(root)} allow-query-cache { ${KEY} }; ${corp('')}`,
  drop: ({ root }) =>
    `${asking(root)} response-policy { zone rpz; } qname-wait-recurse no; zone rpz { type primary; file "rpz"; };`,
  domainStrict: ({ root, strict }) =>
    `${asking(root)} zone house.example { type forward; forward only; forwarders { 127.0.0.1 port ${strict}; }; };`,
  domainDead: ({ root, nobody }) =>
    `${asking(root)} zone house.example { type forward; forward only; forwarders { 127.0.0.1 port ${nobody}; }; };`,
  stub: ({ strict, nobody }) =>
    `recursion yes; forward only; forwarders { 127.0.0.1 port ${nobody}; 127.0.0.1 port ${strict}; };`,
  transferKey: ({ root }) => `${asking(root)} ${corp(`allow-transfer { ${KEY} };`)}`,
};

const HELD = 'www.corp.example';

const STATES: readonly State[] = [
  {
    state: "a zone's `allow-query` for a key",
    kind: 'acl of a zone',
    source: SOURCES.zoneKey,
    name: HELD,
    truth: { verdict: 'client-acl', scope: 'zone' },
  },
  {
    state: "a zone's `allow-query` for a key, RD=0",
    kind: 'acl of a zone',
    source: SOURCES.zoneKey,
    name: HELD,
    rd: false,
    truth: { verdict: 'client-acl', scope: 'zone', diagnosis: 'none' },
  },
  {
    state: "a zone's `allow-query-on`, authoritative only",
    kind: 'acl of an authoritative zone',
    source: SOURCES.authZoneOn,
    name: HELD,
    truth: { verdict: 'client-acl', scope: 'zone' },
  },
  {
    state: "the only zone's `allow-query` for a key, authoritative only",
    kind: 'acl of an authoritative zone',
    source: SOURCES.authZoneKey,
    name: HELD,
    truth: { verdict: 'client-acl', scope: 'zone' },
  },
  {
    state: '`allow-query-cache-on` without this address',
    kind: 'allow-query-cache',
    source: SOURCES.cacheOn,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: '`allow-query-cache` for a key, with a zone of its own',
    kind: 'allow-query-cache',
    source: SOURCES.cacheAll,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: 'response policy zone: drop of a wildcard',
    kind: 'rpz drop',
    source: SOURCES.drop,
    name: 'dropped.example',
    truth: { scope: 'name', diagnosis: 'name-policy' },
  },
  {
    state: '`forwarders` of one domain that refuse',
    kind: 'behind refuses',
    source: SOURCES.domainStrict,
    name: 'www.house.example',
    truth: { scope: 'behind', diagnosis: 'failure' },
  },
  {
    state: '`forwarders` of which one refuses and one is dead',
    kind: 'behind refuses',
    source: SOURCES.stub,
    truth: { scope: 'behind', diagnosis: 'upstream' },
  },
  {
    state: '`forwarders` of one domain that are dead',
    kind: 'behind dead',
    source: SOURCES.domainDead,
    name: 'www.house.example',
    truth: { scope: 'behind', diagnosis: 'failure' },
  },
  {
    state: "AXFR without the key of the zone's `allow-transfer`",
    kind: 'transfer',
    source: SOURCES.transferKey,
    name: 'corp.example',
    type: 'AXFR',
    truth: { verdict: 'client-acl', scope: 'zone', diagnosis: 'transfer' },
  },
  {
    state: "IXFR without the key of the zone's `allow-transfer`",
    kind: 'transfer',
    source: SOURCES.transferKey,
    name: 'corp.example',
    type: 'IXFR',
    truth: { verdict: 'client-acl', scope: 'zone', diagnosis: 'transfer' },
  },
];

export const BIND: Server = {
  server: 'BIND',
  evaluation: 2,
  debian: 'bind9',
  programs: ['named', 'nsd'],
  async start() {
    const [root, strict, nobody] = await Promise.all([startRoot(), startStrict(), findPort()]);
    const views = Object.entries(LINES).map(
      ([name, lines]) =>
        `view ${name} { match-clients { ${SOURCES[name as keyof typeof SOURCES]}; }; ${lines({ root, strict, nobody })} };\n`,
    );
    const peer = await startBind({
      options: 'server-id "second"; allow-query { any; };',
      sections: `key few { algorithm hmac-sha256; secret "c2VjcmV0"; };\n${views.join('')}`,
      files: { corp: CORP, rpz: RPZ },
    });
    return { bind: peer.port };
  },
  states: STATES,
};
