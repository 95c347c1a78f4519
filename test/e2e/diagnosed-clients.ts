/** What a diagnosis has to find where it depends on who asks, or on nothing. */

import { type State, VIEW } from './diagnosed.ts';

const HOST = '127.0.0.1';
const REFUSED_SOURCE = '127.0.0.2';
const BOTH = [HOST, REFUSED_SOURCE];

export const CLIENT_STATES: readonly State[] = [
  // Healthy.
  {
    state: 'BIND that resolves',
    at: 'bind',
    sources: [VIEW.healthy],
    verdict: 'no-refusal',
    confidence: 'high',
  },
  { state: 'Unbound that resolves', at: 'unbound', verdict: 'no-refusal', confidence: 'high' },
  { state: 'dnsdist before Unbound', at: 'dnsdist', verdict: 'no-refusal', confidence: 'high' },
  { state: 'dnsmasq before Unbound', at: 'dnsmasq', verdict: 'no-refusal', confidence: 'high' },
  {
    state: 'NSD that holds the zone',
    at: 'nsd',
    name: 'www.corp.example',
    verdict: 'no-refusal',
    confidence: 'high',
    says: ['it does not recurse (root: REFUSED), which this name does not need'],
  },
  // Who asks.
  {
    state: 'BIND with allow-query, one source in it and one not',
    at: 'strict',
    sources: BOTH,
    verdict: 'client-acl',
    confidence: 'high',
    source: HOST,
    says: ['EDE 18', '127.0.0.2 is answered'],
  },
  {
    state: 'BIND with allow-recursion, one source in it and one not',
    at: 'bind',
    sources: [VIEW.inList, VIEW.outOfList],
    verdict: 'client-acl',
    confidence: 'high',
    source: VIEW.outOfList,
    says: ['it answers other things'],
  },
  {
    state: 'Unbound with access-control, one source allowed and one refused',
    at: 'unbound',
    sources: BOTH,
    verdict: 'client-acl',
    confidence: 'high',
    source: REFUSED_SOURCE,
    says: ['id.server and version.bind are refused too', 'the refusal has no question'],
  },
  {
    state: 'Unbound with access-control, asked from the refused source alone',
    at: 'unbound',
    sources: [REFUSED_SOURCE],
    verdict: 'client-acl',
    confidence: 'high',
  },
  {
    state: 'dnsdist with a rule for one source',
    at: 'dnsdist',
    sources: BOTH,
    verdict: 'client-acl',
    confidence: 'high',
    source: REFUSED_SOURCE,
    says: ['RA is a copy of RD'],
  },
  // What the server is.
  {
    state: 'BIND with recursion off',
    at: 'bind',
    sources: [VIEW.noRecursion],
    verdict: 'no-recursion',
    confidence: 'medium',
    says: ['authoritative only, or recursion is off'],
  },
  {
    state: 'BIND that is authoritative only',
    at: 'bind',
    sources: [VIEW.authoritative],
    verdict: 'no-recursion',
    confidence: 'medium',
  },
  {
    state: 'NSD, which is authoritative only',
    at: 'nsd',
    verdict: 'no-recursion',
    confidence: 'high',
    says: ['EDE 20'],
  },
  {
    state: 'BIND with a view without recursion for one source',
    at: 'bind',
    sources: [VIEW.healthyToo, VIEW.byClient],
    verdict: 'no-recursion',
    confidence: 'medium',
    source: VIEW.byClient,
    says: ['recurses for 127.1.2.1, but not for 127.2.9.1'],
  },
  // Nobody.
  {
    state: 'a port where nobody is',
    at: 'closed',
    verdict: 'dead',
    confidence: 'high',
    says: ['connection refused'],
  },
  {
    state: 'a server that says nothing',
    at: 'silent',
    timeoutMs: 300,
    verdict: 'dead',
    confidence: 'low',
    says: ['no answer'],
  },
  // Our own, which says it itself.
  { state: 'rcode5 that forwards', at: 'rcode5', verdict: 'no-refusal', confidence: 'high' },
  {
    state: 'rcode5 with a rule for the name',
    at: 'rcode5',
    name: 'blocked.example',
    verdict: 'name-policy',
    confidence: 'high',
    says: [/layer policy, rule house\/blocked\.example/, /rcode5 log FILE --ref \S+/],
  },
  {
    state: 'rcode5 with a source that may not ask',
    at: 'rcode5',
    sources: BOTH,
    verdict: 'client-acl',
    confidence: 'high',
    source: REFUSED_SOURCE,
    says: ['EDE 18'],
  },
  {
    state: 'rcode5 that BIND refuses',
    at: 'rcode5',
    name: 'strict.example',
    verdict: 'upstream',
    confidence: 'high',
    says: [/layer upstream, server 127\.0\.0\.1:\d+/],
  },
];
