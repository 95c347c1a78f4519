/** BIND by TLS and HTTPS: lists of the options, of a zone, and for recursion. */

import { startBind } from '../../peers.ts';
import { byBoth, findSecurePorts, PATH, shown } from '../secured.ts';
import type { Server, State } from '../state.ts';
import { CORP, startRoot } from '../world.ts';

const REFUSED = '127.12.1.1';
const NO_RECURSION = '127.12.2.1';
const DROPPED = '127.12.3.1';
const AUTHORITATIVE = '127.12.4.1';

const KINDS: readonly State[] = [
  {
    state: '`allow-query` of the options',
    kind: 'acl',
    source: REFUSED,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: "a zone's `allow-query`",
    kind: 'acl of a zone',
    name: 'www.corp.example',
    truth: { verdict: 'client-acl', scope: 'zone' },
  },
  {
    state: '`allow-recursion` without this client',
    kind: 'recursion',
    source: NO_RECURSION,
    truth: { verdict: 'client-acl', scope: 'server' },
  },
  {
    state: '`recursion no`, a name elsewhere',
    kind: 'authoritative only',
    source: AUTHORITATIVE,
    truth: { verdict: 'no-recursion', scope: 'server' },
  },
  {
    state: '`blackhole`',
    kind: 'acl that drops',
    source: DROPPED,
    truth: { scope: 'server', diagnosis: 'client-acl' },
  },
];

const zone = (lines = '') => `zone "corp.example" { type primary; file "corp"; ${lines} };`;

export const BIND: Server = {
  server: 'BIND',
  evaluation: 3,
  debian: 'bind9',
  programs: ['named', 'nsd', 'openssl'],
  async start() {
    const root = await startRoot();
    const { dot, doh } = await findSecurePorts();
    const { certificate, key } = shown();
    await startBind({
      options: `blackhole { ${DROPPED}; };
  forwarders { 127.0.0.1 port ${root}; };
  forward only;
  listen-on port ${dot} tls own { 127.0.0.1; };
  listen-on port ${doh} tls own http own { 127.0.0.1; };`,
      sections: `tls own { cert-file "${certificate}"; key-file "${key}"; };
http own { endpoints { "${PATH}"; }; };
view refused { match-clients { ${REFUSED}; }; allow-query { none; }; ${zone()} };
view auth { match-clients { ${AUTHORITATIVE}; }; recursion no; allow-query { any; }; ${zone()} };
view others {
  match-clients { any; };
  allow-query { any; };
  allow-recursion { !${NO_RECURSION}; any; };
  allow-query-cache { !${NO_RECURSION}; any; };
  ${zone('allow-query { none; };')}
};`,
      files: { corp: CORP },
    });
    return { dot, doh };
  },
  states: byBoth(KINDS),
};
