/** The keys of an upstream group, and what must be right between them. */

import { parseAddress } from '../net/address.ts';
import { contentOf } from './content.ts';
import type { Document } from './document.ts';
import { isHostName } from './encrypted-server.ts';
import {
  type Entry,
  entries,
  filled,
  type Kind,
  type Located,
  list,
  located,
  optional,
  required,
  scalar,
  section,
} from './kind.ts';
import { pin } from './pin.ts';
import { upstreamGroup } from './reference.ts';
import { durationBetween, integer, oneOf, text } from './scalars.ts';
import { type ServerText, server } from './server-text.ts';

const address: Kind<string> = scalar('an IP address like 192.0.2.1 or 2001:db8::1', (given) =>
  parseAddress(given) === undefined ? undefined : given,
);

const hostAddresses = entries('a host name', filled(list(address)), (key) =>
  isHostName(key) ? undefined : `"${key}" is no host name; expect the one of a server`,
);

export const UPSTREAM = section(
  {
    servers: required(
      filled(list(server)),
      'addresses of servers, `tcp://` for TCP alone, `tls://192.0.2.1#dns.example` for TLS, `https://dns.example/dns-query` for HTTPS, `%eth0` for an interface; a path is read like /etc/resolv.conf, and again when it changes',
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
      'control questions a minute that each thread may ask a refusing server, to find its reason; what it calls itself is asked at start and once an hour; 0 turns all of that off',
      5,
    ),
    addresses: optional(
      located(hostAddresses),
      'addresses of the host names in `tls://` and `https://`',
      undefined,
      'none',
    ),
    bootstrap: optional(
      located(upstreamGroup),
      'the group that is asked for the addresses of these names',
      undefined,
      'none',
    ),
    ca: optional(
      located(text),
      'a PEM file with the authorities that may vouch for a server, read again by a reload',
      undefined,
      'those of Node.js',
    ),
    pins: optional(
      located(filled(list(pin))),
      'SHA-256 of public keys (SPKI): one of the chain that a server shows must be among them, besides all else',
      undefined,
      'none',
    ),
    privacy: optional(
      located(oneOf('strict', 'opportunistic')),
      'whether a server is asked whose certificate is not in order (RFC 8310): with `opportunistic` it is, encrypted all the same, and records say so',
      undefined,
      'strict',
    ),
  },
  checkGroup,
);

interface Group {
  readonly servers: readonly Located<ServerText>[];
  readonly addresses: Located<readonly Entry<readonly Located<string>[]>[]> | undefined;
  readonly bootstrap: Located<string> | undefined;
  readonly ca: Located<unknown> | undefined;
  readonly pins: Located<unknown> | undefined;
  readonly privacy: Located<unknown> | undefined;
}

function checkGroup(group: Group, document: Document): void {
  checkNames(group, document);
  const isEncrypted = group.servers.some(({ value }) => 'encryption' in value);
  if (isEncrypted) return;
  for (const key of ['ca', 'pins', 'privacy'] as const) {
    if (group[key] === undefined) continue;
    const message = `${key} is for tls:// and https:// servers; expect one of them in servers`;
    document.reportAt(group[key].place, message);
  }
}

/** Each name has its addresses, or somebody to ask for them, and both are for a name. */
function checkNames({ servers, addresses, bootstrap }: Group, document: Document): void {
  const known = addresses?.value.map(({ key }) => normal(key)) ?? [];
  const named = servers.flatMap(({ value, place }) =>
    value.kind === 'named' ? [{ host: value.host, place }] : [],
  );
  for (const { host, place } of named) {
    if (known.includes(host) || bootstrap !== undefined) continue;
    const expected = `expect addresses: { ${host}: [ADDRESS] }, or bootstrap: GROUP`;
    document.reportAt(place, `nothing says which address ${host} has; ${expected}`);
  }
  for (const { key, place } of addresses?.value ?? []) {
    if (named.some(({ host }) => host === normal(key))) continue;
    document.reportAt(place, `no server is named ${key}; expect a name from servers`);
  }
  if (bootstrap === undefined || named.some(({ host }) => !known.includes(host))) return;
  const message = 'there is no name to look up; expect a server without entry in addresses';
  document.reportAt(bootstrap.place, message);
}

function normal(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** What must be right between groups. */
export function checkGroups(upstreams: readonly Entry<Group>[], document: Document): void {
  checkBootstraps(upstreams, document);
  checkTrust(upstreams, document);
}

/** A group that is asked for addresses has all of its own. */
function checkBootstraps(upstreams: readonly Entry<Group>[], document: Document): void {
  const needy = upstreams.filter(({ value }) => value.bootstrap !== undefined);
  for (const { value } of needy) {
    const { value: asked, place } = value.bootstrap!;
    if (!needy.some(({ key }) => key === asked)) continue;
    const message = `the group ${asked} has a bootstrap itself; expect one whose servers all have addresses`;
    document.reportAt(place, message);
  }
}

/** A server is one, whatever groups it is in: what it is believed by is the same in all. */
function checkTrust(upstreams: readonly Entry<Group>[], document: Document): void {
  const seen = new Map<string, { readonly group: string; readonly trust: string | undefined }>();
  for (const { key: group, value } of upstreams) {
    const { ca, pins, privacy } = value;
    const trust = contentOf([ca?.value, pins, privacy?.value]);
    for (const { value: one, place } of value.servers) {
      if (!('encryption' in one)) continue;
      const server = contentOf(one)!;
      const before = seen.get(server);
      if (before === undefined) seen.set(server, { group, trust });
      else if (before.trust !== trust) {
        const message = `the group ${before.group} has this server too, with other ca, pins or privacy; expect the same`;
        document.reportAt(place, message);
      }
    }
  }
}
