/** What a diagnosis by TLS and HTTPS has to find. */

import { type Secured, SOURCE } from './diagnosed-secure.ts';

export interface State {
  readonly state: string;
  readonly protocol: 'dot' | 'doh';
  readonly port: (servers: Secured) => number;
  readonly sources?: readonly string[];
  readonly asked?: string;
  readonly name?: string;
  readonly path?: string;
  /** The authority of the certificate is not known. */
  readonly isStrange?: boolean;
  readonly verdict: string;
  /** Absent where the rules for refusals decide, which other tests are about. */
  readonly confidence?: string;
  readonly scope?: string | null;
  readonly says: readonly (string | RegExp)[];
}

const { healthy, refused, dropped } = SOURCE;
const fine = { verdict: 'no-refusal', confidence: 'high', scope: null } as const;
const list = { verdict: 'client-acl', scope: 'server' } as const;
const wrongWay = { verdict: 'transport', confidence: 'high', scope: 'server' } as const;
const certificate = { verdict: 'certificate', scope: 'server' } as const;
const dot = 'dot' as const;
const doh = 'doh' as const;

export const STATES: readonly State[] = [
  ...([dot, doh] as const).flatMap((protocol): State[] => [
    {
      state: 'dnsdist, in order',
      protocol,
      port: (all) => all.dnsdist[protocol],
      ...fine,
      says: ['answers www.example. A for 127.0.0.1'],
    },
    {
      state: 'Unbound, in order',
      protocol,
      port: (all) => all.unbound[protocol],
      ...fine,
      says: ['answers www.example. A for 127.0.0.1'],
    },
    {
      state: 'BIND, in order',
      protocol,
      port: (all) => all.bind[protocol],
      ...fine,
      says: ['answers www.example. A for 127.0.0.1'],
    },
    {
      state: 'Unbound, whose list refuses',
      protocol,
      port: (all) => all.unbound[protocol],
      sources: [refused],
      ...list,
      confidence: 'high',
      says: ['does not let 127.0.1.1 ask', 'as of Unbound'],
    },
    {
      state: 'BIND, whose list refuses',
      protocol,
      port: (all) => all.bind[protocol],
      sources: [refused],
      verdict: 'client-acl',
      says: ['does not let 127.0.1.1 ask', 'EDE 18'],
    },
    {
      state: 'Unbound, whose list drops',
      protocol,
      port: (all) => all.unbound[protocol],
      sources: [dropped],
      ...list,
      // By HTTPS it takes back each request, which is more than to close a connection.
      confidence: protocol === 'dot' ? 'low' : 'medium',
      says: ['shakes hands, and hangs up on the question of 127.0.2.1'],
    },
    {
      state: 'Unbound, whose list drops, beside a client that may ask',
      protocol,
      port: (all) => all.unbound[protocol],
      sources: [dropped, healthy],
      ...list,
      confidence: 'medium',
      says: ['hangs up'],
    },
    {
      state: 'dnsdist, which refuses a name',
      protocol,
      port: (all) => all.dnsdist[protocol],
      asked: 'refused.example',
      verdict: 'name-policy',
      scope: 'name',
      says: ['refuses refused.example.'],
    },
    {
      state: 'Unbound, which refuses a name',
      protocol,
      port: (all) => all.unbound[protocol],
      asked: 'refused.example',
      verdict: 'name-policy',
      scope: 'name',
      says: ['refuses refused.example.'],
    },
    {
      state: 'a server whose certificate is for another name',
      protocol,
      port: (all) => all.bind[protocol],
      name: 'other.example',
      ...certificate,
      confidence: 'high',
      says: [
        'name other.example does not match the certificate: it is for dns.example',
        'who does not verify it is answered',
      ],
    },
    {
      state: 'a server whose certificate is for another name, and whose list refuses',
      protocol,
      port: (all) => all.unbound[protocol],
      name: 'other.example',
      sources: [refused],
      ...certificate,
      confidence: 'high',
      says: [
        'does not match',
        'who does not verify it finds client-acl: it does not let 127.0.1.1 ask',
      ],
    },
    {
      state: 'a server whose authority is not known',
      protocol,
      port: (all) => all.bind[protocol],
      isStrange: true,
      ...certificate,
      confidence: 'medium',
      says: ['certificate issued by CN=authority is not trusted'],
    },
    {
      state: 'a server whose authority is not known, and whose list refuses',
      protocol,
      port: (all) => all.unbound[protocol],
      isStrange: true,
      sources: [refused],
      ...list,
      confidence: 'high',
      says: ['besides, the certificate is not accepted here: certificate issued by CN=authority'],
    },
    {
      state: 'a port of plain DNS',
      protocol,
      port: (all) => all.bind.plain,
      ...wrongWay,
      says: ['speaks plain DNS on this port, and no'],
    },
    {
      state: 'a port of something else without TLS',
      protocol,
      port: (all) => all.text,
      ...wrongWay,
      says: ['does not speak TLS'],
    },
    {
      state: 'a port of something else with TLS',
      protocol,
      port: (all) => all.textByTls,
      ...wrongWay,
      says: [/TLS, but no (DNS|HTTP)/],
    },
    {
      state: 'a port where nobody listens',
      protocol,
      port: () => 1,
      verdict: 'dead',
      confidence: 'high',
      scope: null,
      says: ['nobody listens on this port'],
    },
  ]),
  {
    state: 'dnsdist, whose list drops',
    protocol: dot,
    port: (all) => all.dnsdist.dot,
    sources: [refused],
    ...list,
    confidence: 'medium',
    says: ['hangs up before TLS has begun', 'as of dnsdist'],
  },
  {
    state: 'dnsdist, whose list drops',
    protocol: doh,
    port: (all) => all.dnsdist.doh,
    sources: [refused],
    ...list,
    confidence: 'high',
    says: ['HTTP status 403: "dns query not allowed because of ACL"'],
  },
  {
    state: 'BIND, whose list drops',
    protocol: dot,
    port: (all) => all.bind.dot,
    sources: [dropped],
    ...list,
    confidence: 'low',
    says: ['BIND (blackhole)'],
  },
  {
    state: 'BIND, whose list drops',
    protocol: doh,
    port: (all) => all.bind.doh,
    sources: [dropped],
    ...list,
    confidence: 'low',
    says: ['so does BIND for addresses in blackhole'],
  },
  {
    state: 'a certificate that has expired',
    protocol: dot,
    port: (all) => all.bind.old,
    ...certificate,
    confidence: 'high',
    says: [/certificate expired on \d{4}-\d\d-\d\d/],
  },
  ...(['dnsdist', 'unbound', 'bind'] as const).flatMap((program): State[] => [
    {
      state: `${program}, at a path that it does not have`,
      protocol: doh,
      port: (all) => all[program].doh,
      path: '/other',
      ...wrongWay,
      says: [/has no DNS at this path: HTTP status 404/],
    },
    {
      state: `${program}, at its port for HTTPS`,
      protocol: dot,
      port: (all) => all[program].doh,
      ...wrongWay,
      says: [/speaks HTTPS on this port, and not DNS over TLS|it answers HTTP/],
    },
    {
      state: `${program}, at its port for TLS`,
      protocol: doh,
      port: (all) => all[program].dot,
      ...wrongWay,
      says: ['speaks DNS over TLS on this port, and not DNS over HTTPS'],
    },
  ]),
];
