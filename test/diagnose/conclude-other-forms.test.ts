import { expect } from 'chai';
import { conclude } from '../../src/diagnose/conclude.ts';
import type { Probe } from '../../src/diagnose/probe.ts';
import { allBut, type Parts, REFUSED, REFUSED_RA0, situation, visitOf } from './visits.ts';

interface Case {
  readonly when: string;
  readonly fate?: Partial<Probe>;
  readonly parts?: Parts;
  readonly found: readonly [verdict: string, scope: string | undefined, confidence: string];
}

const SILENT = { silence: 'no answer' } as const;
const EDE_18 = { ede: [{ code: 18, text: '' }] };
const KNOT_RESOLVER = { ...REFUSED, ede: [{ code: 18, text: 'EIM4' }] };
const FAILED = { rcode: 'SERVFAIL' } as const;
const FORMERR = { rcode: 'FORMERR', ra: false, hasQuestion: false } as const;
const BARE = { ...REFUSED_RA0, hasQuestion: false } as const;

const CASES: readonly Case[] = [
  {
    when: 'UDP is silent and TCP is reset without reading, as of dnsdist',
    fate: SILENT,
    parts: { tcp: { silence: 'connection reset' } },
    found: ['client-acl', 'server', 'medium'],
  },
  {
    when: 'UDP is silent and TCP is closed after reading, as of Unbound',
    fate: SILENT,
    parts: { tcp: { silence: 'connection closed' } },
    found: ['client-acl', 'server', 'low'],
  },
  {
    when: 'UDP is silent and TCP is accepted',
    fate: SILENT,
    parts: { tcp: { silence: 'no answer, but TCP is accepted' } },
    found: ['dead', undefined, 'low'],
  },
  {
    when: 'Knot Resolver refuses a name with EDE 18 and answers others',
    parts: { ask: KNOT_RESOLVER, tcp: KNOT_RESOLVER, plain: REFUSED },
    found: ['name-policy', 'name', 'medium'],
  },
  {
    when: 'Knot Resolver refuses a name with EDE 18, and answers the same type of others',
    parts: {
      ask: KNOT_RESOLVER,
      tcp: KNOT_RESOLVER,
      plain: REFUSED,
      'other-type': REFUSED,
      'type-at-root': {},
    },
    found: ['name-policy', 'name', 'high'],
  },
  {
    when: "BIND's zone refuses with EDE 18 and RA=1",
    parts: {
      ask: { ...REFUSED, ...EDE_18 },
      tcp: { ...REFUSED, ...EDE_18 },
      plain: REFUSED,
      'version.bind': { texts: ['9.18.49'] },
    },
    found: ['client-acl', 'zone', 'high'],
  },
  {
    when: 'NSD refuses a name of its zone with EDE 18, and others with EDE 20',
    fate: { ...REFUSED_RA0, ...EDE_18 },
    parts: {
      root: { ...REFUSED_RA0, ede: [{ code: 20, text: '' }] },
      'id.server': { texts: ['nsd1'] },
    },
    found: ['client-acl', 'zone', 'high'],
  },
  {
    when: 'the refusal has a node that the other answers do not have',
    parts: {
      ask: { ...REFUSED_RA0, ...EDE_18, nsid: 'behind' },
      tcp: { ...REFUSED_RA0, ...EDE_18, nsid: 'behind' },
      plain: REFUSED_RA0,
    },
    found: ['upstream', 'behind', 'high'],
  },
  {
    when: 'dnsmasq has nobody to ask',
    fate: { ...REFUSED, ede: [{ code: 14, text: '' }] },
    parts: { 'version.bind': { texts: ['dnsmasq-2.90'] } },
    found: ['upstream', 'behind', 'high'],
  },
  {
    when: 'Knot DNS says NOTAUTH to a question',
    fate: { rcode: 'NOTAUTH', ra: false },
    parts: { root: REFUSED_RA0 },
    found: ['client-acl', 'zone', 'medium'],
  },
  {
    when: "Knot Resolver's DROP is SERVFAIL with EDE 18",
    parts: { ask: { ...FAILED, ede: [{ code: 18, text: 'U5KL' }] }, tcp: FAILED, plain: FAILED },
    found: ['name-policy', 'name', 'medium'],
  },
  {
    when: 'Unbound says FORMERR to EDNS, REFUSED without, and its own name',
    fate: FORMERR,
    parts: { plain: { ...BARE, edns: false }, 'id.server': { texts: ['ub1'] } },
    found: ['no-recursion', 'server', 'medium'],
  },
  {
    when: 'a name does not exist, and no SOA record says so',
    parts: { ask: { rcode: 'NXDOMAIN' }, tcp: { rcode: 'NXDOMAIN' } },
    found: ['name-policy', 'name', 'medium'],
  },
  {
    when: 'a name does not exist, by an SOA record of its own',
    parts: { ask: { rcode: 'NXDOMAIN', soa: 'www.example.com.' } },
    found: ['name-policy', 'name', 'high'],
  },
  {
    when: 'PowerDNS Recursor fails, and answers RD=0 with nothing',
    parts: {
      ask: FAILED,
      tcp: FAILED,
      plain: FAILED,
      cd: FAILED,
      'no-rd': { rcode: 'NOERROR', answers: 0 },
      'version.bind': { texts: ['PowerDNS Recursor 4.8.8'] },
    },
    found: ['upstream', 'behind', 'medium'],
  },
];

describe('diagnose/conclude of what refuses in a form of its own', () => {
  for (const { when, fate, parts = {}, found } of CASES) {
    it(`finds ${found[0]} when ${when}`, () => {
      const visit = fate === undefined ? visitOf(parts) : allBut(fate, parts);
      const { verdict, scope, confidence } = conclude(situation(visit));
      expect([verdict, scope, confidence]).to.deep.equal(found);
    });
  }
});
