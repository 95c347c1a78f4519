/** Every key of the configuration: its kind, its default, and one line for the reference. */

import { hostname } from 'node:os';
import { CLIENT_TRANSPORTS } from './access-list.ts';
import { ADMIN, checkAdmin } from './admin-keys.ts';
import { COOKIES, LISTENER, RATE_LIMIT } from './client-keys.ts';
import { infoUrl, STRUCTURED_ERRORS } from './ede-keys.ts';
import {
  byShape,
  entries,
  filled,
  type Kind,
  list,
  located,
  optional,
  optionalSection,
  required,
  type SectionKeys,
  section,
} from './kind.ts';
import { LOCAL_RECORDS, NO_RECORDS } from './local-keys.ts';
import { DECISION_LOG } from './log-keys.ts';
import { CLIENT_NAMES, HOST } from './name-keys.ts';
import { POLICY, RULE_ORIGIN } from './policy-keys.ts';
import { checkClients, checkView, clients, upstreamGroup } from './reference.ts';
import {
  duration,
  durationBetween,
  endpoint,
  flag,
  integer,
  oneOf,
  prefix,
  sizeFrom,
  text,
  threadCount,
  translationPrefix,
} from './scalars.ts';
import { server } from './server-text.ts';
import { TSIG_KEYS } from './transfer-keys.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

const QUERY_ACTIONS = oneOf('allow', 'refuse', 'drop', 'truncate');
const PERMISSIONS = oneOf('allow', 'refuse');

/** For entries that are about some ways to ask. */
const TRANSPORTS = {
  transports: optional(
    filled(list(oneOf(...CLIENT_TRANSPORTS))),
    'the transports that it is for: clients by other transports are judged by the other entries',
    undefined,
    'all',
  ),
};

/** A client group or prefix on each line. */
function access<A extends string, K extends SectionKeys>(actions: Kind<A>, more: K) {
  return entries(
    'a client group or prefix',
    byShape({
      scalar: actions,
      mapping: section({
        action: required(actions, 'what happens to these clients'),
        ...RULE_ORIGIN,
        ...more,
      }),
    }),
    checkClients,
  );
}

const UPSTREAM = section({
  servers: required(
    filled(list(server)),
    'addresses of servers, `tcp://` for TCP alone, `%eth0` for an interface; a path is read like /etc/resolv.conf, and again when it changes',
  ),
  strategy: optional(
    oneOf('sequential', 'round-robin', 'random', 'fastest'),
    'which server is asked first',
    'sequential',
  ),
  timeout: optional(durationBetween('10ms', '60s'), 'the timeout of one server', 2000, '2s'),
  attempts: optional(integer(1, 10), 'how often each server is asked', 2),
  probe: optional(
    integer(0, 600),
    'control questions a minute that each thread may ask a refusing server, to find its reason; 0 turns them off',
    0,
  ),
});

const ACL = {
  query: optional(
    access(QUERY_ACTIONS, TRANSPORTS),
    'who may ask at all; the most specific prefix wins, a client without a match is refused',
    undefined,
    'loopback',
  ),
  recursion: optional(
    access(PERMISSIONS, {}),
    'who may ask with RD=1; others are refused',
    undefined,
    'all who may query',
  ),
  transfer: optional(access(PERMISSIONS, {}), 'who may ask for AXFR and IXFR', undefined, 'nobody'),
  update: optional(access(PERMISSIONS, {}), 'who may send UPDATE', undefined, 'nobody'),
  notify: optional(access(PERMISSIONS, {}), 'who may send NOTIFY', undefined, 'nobody'),
};

const ROUTES = entries('a domain name', upstreamGroup);

const VIEW = section(
  {
    clients: required(
      filled(list(clients)),
      'its clients: client groups and prefixes; the most specific prefix of all views wins',
    ),
    acl: optional(section(ACL), 'access lists of its own', undefined, 'those of the top level'),
    recursion: optional(
      located(PERMISSIONS),
      'short for an `acl.recursion` that is the same for all of them',
      undefined,
      'none',
    ),
    routes: optional(ROUTES, 'routes of its own', undefined, 'those of the top level'),
    policies: optional(
      list(text),
      'names of its policies, in the order in which they judge',
      undefined,
      'all, in their order',
    ),
  },
  checkView,
);

export const CONFIG = section({
  node: optional(
    text,
    'identity: in records, CHAOS id.server and NSID, which adds the hash of the policy',
    hostname(),
    'the host name',
  ),
  listen: optional(
    filled(list(byShape({ scalar: endpoint, mapping: LISTENER }))),
    'addresses to listen on, each by UDP and TCP, or by TLS or HTTPS',
    undefined,
    '127.0.0.1:5300 and [::1]:5300',
  ),
  admin: optionalSection(
    ADMIN,
    'health, metrics, decisions, the console and reload over HTTP',
    checkAdmin,
  ),
  clientNames: optional(
    CLIENT_NAMES,
    'where names of clients come from, in this order: shown to people, in no record and no metric',
    [],
    'none',
  ),
  fleet: optional(
    list(HOST),
    'servers that the console compares with each other, over DNS: addresses or names, with or without a port',
    [],
    'none',
  ),
  threads: optional(
    threadCount,
    'threads that serve datagrams: `auto` is one for each core, with 0 the main thread serves them',
    'auto',
  ),
  clientGroups: optional(
    entries('a group name', list(prefix)),
    'names for prefixes, used in rules and shown in records and metrics',
    [],
    'none',
  ),
  acl: optionalSection(ACL, 'which clients may do what'),
  rateLimit: optional(
    located(RATE_LIMIT),
    'how many queries a second a client may send, and how many refusals it receives',
    undefined,
    'no limit',
  ),
  cookies: optional(
    COOKIES,
    'DNS cookies: a client that sends one back has proved its address, and is not truncated by the rate limit',
    undefined,
    'no cookies are sent',
  ),
  upstreams: required(
    filled(entries('a group name', UPSTREAM)),
    'named groups of resolvers to forward to',
  ),
  routes: optional(
    ROUTES,
    'the upstream group for each domain; the longest suffix wins',
    undefined,
    '`.` to the group `default`, or to the only group',
  ),
  localRecords: optional(
    LOCAL_RECORDS,
    'records that are answered here, by name: `10.0.0.5` (and its PTR), `{ TXT: [...] }`, `{ CNAME: host.example }`, with data as in zone files',
    NO_RECORDS,
    'none',
  ),
  policies: optional(
    list(POLICY),
    'name policy, in order: the first policy with a match decides',
    [],
    'none',
  ),
  nat64: optional(
    list(translationPrefix),
    'prefixes of NAT64 besides `64:ff9b::/96`: rules on addresses judge the IPv4 address in their last 32 bits too',
    [],
    'none',
  ),
  tsigKeys: optional(TSIG_KEYS, 'secrets that sign transfers (RFC 8945)', [], 'none'),
  views: optional(
    entries('a view name', VIEW),
    'clients that are served by access lists, routes or policies of their own',
    [],
    'none',
  ),
  cache: optionalSection(
    {
      size: optional(
        sizeFrom('64KiB'),
        'memory for answers and failures, for all threads together',
        64 << 20,
        '64MiB',
      ),
      entries: optional(
        integer(0, 100_000_000),
        'number of answers, for all threads together, within `size`; 0 turns the cache off',
        100_000,
      ),
      maxTtl: optional(duration, 'the longest time an answer is kept', DAY, '1d'),
      minTtl: optional(duration, 'the shortest time', 0, '0s'),
      negativeMaxTtl: optional(
        duration,
        'the longest time for NXDOMAIN and NODATA',
        60 * MINUTE,
        '1h',
      ),
      serveStale: optional(
        duration,
        'how long an expired answer is still used when upstreams fail; 0 turns it off',
        0,
        '0s',
      ),
    },
    'the answer cache',
  ),
  ede: optional(
    oneOf('full', 'codes', 'off'),
    'Extended DNS Errors: codes with text, codes alone, none; denied clients never get text',
    'full',
  ),
  structuredErrors: optionalSection(
    STRUCTURED_ERRORS,
    'errors as JSON about blocked names, for clients that ask for them',
  ),
  infoUrl: optional(
    infoUrl,
    'a page about this server, in its RESINFO record (RFC 9606)',
    undefined,
    'none',
  ),
  decisionLog: DECISION_LOG,
  watch: optional(
    flag,
    'reload as soon as the configuration or a file that it names has changed',
    false,
  ),
  assertions: optional(
    list(text),
    'files of decisions that must hold; a start or a reload that breaks one is rejected',
    [],
    'none',
  ),
});

/** A configuration as it was written: what was left out has the default of its key. */
export type RawConfig = typeof CONFIG extends Kind<infer T> ? T : never;
