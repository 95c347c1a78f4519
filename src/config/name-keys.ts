/** Keys about clients and servers by their names. */

import type { Document } from './document.ts';
import { list, located, optional, scalar, section } from './kind.ts';
import { upstreamGroup } from './reference.ts';
import { text } from './scalars.ts';

/** A server, by address or by name. */
export const HOST = scalar('an address or a host name, with or without a port', (given) =>
  /^\[?[\w.:-]+\]?(:\d{1,5})?$/.test(given) ? given : undefined,
);

const FILE = { value: undefined, doc: 'none' } as const;

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

const HTTPS_URL = scalar('a URL like https://10.96.0.1:443', (given) =>
  URL.canParse(given) && /^https:\/\/[^/?#@]+\/?$/.test(given) ? given : undefined,
);

const KUBERNETES = section({
  server: optional(
    HTTPS_URL,
    'the API server of the cluster',
    undefined,
    'by KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT',
  ),
  token: optional(text, 'the file with the token, read for each request', `${ACCOUNT}/token`),
  ca: optional(text, 'the file with the authorities of the API server', `${ACCOUNT}/ca.crt`),
});

const SOURCE = section(
  {
    hosts: optional(located(text), 'a file like /etc/hosts', FILE.value, FILE.doc),
    dnsmasqLeases: optional(located(text), 'the lease file of dnsmasq', FILE.value, FILE.doc),
    keaLeases: optional(
      located(text),
      'a lease file of Kea (memfile, CSV), for IPv4 or IPv6',
      FILE.value,
      FILE.doc,
    ),
    iscLeases: optional(located(text), 'the lease file of ISC dhcpd', FILE.value, FILE.doc),
    ptr: optional(
      located(upstreamGroup),
      'an upstream group whose servers are asked for PTR records, when a client is shown',
      FILE.value,
      FILE.doc,
    ),
    kubernetes: optional(
      located(KUBERNETES),
      'pods and services of a cluster, by a watch of its API: `{}` within one',
      FILE.value,
      FILE.doc,
    ),
  },
  checkOne,
);

/** Each item is one source: their order says which name is shown. */
function checkOne(source: Readonly<Record<string, unknown>>, document: Document): void {
  const given = Object.values(source).filter((value) => value !== undefined);
  if (given.length === 1) return;
  const place = (given[1] as { place: Parameters<Document['reportAt']>[0] } | undefined)?.place;
  const message = 'expect one source in each item: their order says whose name is shown';
  document.reportAt(place ?? document.place(document.root), message);
}

export const CLIENT_NAMES = list(SOURCE);
