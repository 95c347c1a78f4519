/** What to do next: what would settle a doubt, and where the reason is configured. */

import { parseEndpoint } from '../net/address.ts';
import type { Diagnosis, Inference } from './inference.ts';
import type { Probe } from './probe.ts';
import { settingOf } from './settings.ts';
import type { Situation } from './situation.ts';

/** What would make a conclusion sure that is not. */
const SETTLES: Readonly<Record<Diagnosis, (situation: Situation) => string>> = {
  'client-acl': ({ ask }) =>
    `ask from an address that should be allowed: rcode5 diagnose ${ask.name} --server ${ask.server} --source ${ask.source} --source ADDRESS`,
  'no-recursion': ({ ask }) =>
    `ask for a zone that it should hold: rcode5 diagnose ZONE --server ${ask.server}; AA=1 there means authoritative only`,
  'name-policy': ({ ask }) =>
    `ask another resolver beside it, and another name: rcode5 diagnose ${ask.name} --server ${ask.server} --server RESOLVER`,
  'type-policy': ({ ask }) =>
    `ask for this type of another name: rcode5 diagnose OTHER --type ${ask.type} --server ${ask.server}`,
  'rate-limit': () =>
    'ask again when nobody else asks; look for dropped responses in its statistics',
  upstream: ({ ask }) =>
    `ask the servers that it asks, best from its own host: rcode5 diagnose ${ask.name} --server ${ask.server} --server UPSTREAM`,
  transport: () => 'look with tcpdump on the server whether what was silent arrives there',
  certificate: ({ ask }) =>
    `ask with the authority that clients have: rcode5 diagnose ${ask.name} --server ${ask.server} --ca FILE`,
  dead: () =>
    'look on its host whether it runs and listens, and with tcpdump whether the question arrives',
  unknown: () => 'look in the log of the server for this client at this time',
  'needs-tcp-or-cookie': ({ ask }) => `ask with a cookie: ${digOf(ask)} +cookie`,
  edns: ({ ask }) => `ask with and without: ${digOf(ask)} +noedns`,
  transfer: ({ ask }) => `ask for its SOA on a server that surely holds ${ask.name}`,
  failure: () => 'look in the log of the server for this name at this time',
  'no-refusal': () => 'ask again',
};

/** Where each reason is configured, for all programs. */
const REMEDIES: Readonly<Record<Diagnosis, string>> = {
  'client-acl':
    'find out which address the server sees (NAT, VPN, a load balancer change it), and let the narrowest prefix in',
  'no-recursion':
    'ask a resolver that recurses, or let the narrowest prefix recurse in the right view; never everybody',
  'name-policy':
    'find the rule and its owner: a policy zone, a local zone, a list; make an exception there',
  'type-policy': 'ask for the types you need; a refusal of ANY is usual (RFC 8482)',
  transport:
    'let UDP and TCP port 53 through, and have the server serve both (RFC 7766); by TLS port 853, by HTTPS 443',
  certificate:
    'renew the certificate, for the name that clients are configured with, and show those that it is signed by too',
  'needs-tcp-or-cookie': 'use a client that sends DNS cookies (RFC 7873), or TCP',
  edns: 'take away what breaks EDNS: an old server, or a firewall that inspects DNS (RFC 6891)',
  'rate-limit':
    'spread the load, raise the limit for this client, or find what asks so much behind one address',
  transfer: 'let the secondary in by address and TSIG key, on the primary; never everybody',
  upstream:
    'diagnose the server behind it, from the host of this one: this one is the client there',
  failure: 'look at the name itself: its delegation, its servers, its signatures',
  dead: 'mind that clients wait for it: take it out of their lists until it answers',
  unknown: 'compare with another source and another server: more --source, more --server',
  'no-refusal': '',
};

/** In the order in which to do it. */
export function advise(situation: Situation, conclusion: Inference): string[] {
  const { verdict, scope, confidence } = conclusion;
  if (verdict === 'no-refusal') return [];
  const settles = confidence === 'high' ? undefined : SETTLES[verdict](situation);
  const setting = settingOf(situation.program, verdict, scope);
  return [
    ...(settles === undefined ? [] : [`to be sure: ${settles}`]),
    ...(setting === undefined ? [] : [setting]),
    remedyOf(situation, conclusion),
  ];
}

/** A zone that is not there has no list; a list of one zone is to be opened in that zone. */
function remedyOf({ ask, heldZone }: Situation, { verdict, scope }: Inference): string {
  if (
    verdict === 'transfer' &&
    (ask.rcode === 'NOTAUTH' || scope === 'query') &&
    heldZone === undefined
  ) {
    return 'ask a server that holds the zone: no list keeps this one from handing it over';
  }
  if (verdict === 'client-acl' && scope === 'zone') {
    return 'let the narrowest prefix into the list of this zone; the server as a whole answers this client';
  }
  return REMEDIES[verdict];
}

function digOf({ server, source, name, type }: Probe): string {
  if (server.includes('://')) return `kdig with the options for ${server}, ${name} ${type},`;
  const { address, port } = parseEndpoint(server)!;
  return `dig @${address} -p ${port} -b ${source} ${name} ${type}`;
}
