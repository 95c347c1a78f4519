import { expect } from 'chai';
import { advise } from '../../src/diagnose/advice.ts';
import { conclude } from '../../src/diagnose/conclude.ts';
import type { Probe } from '../../src/diagnose/probe.ts';
import { allBut, type Parts, REFUSED, REFUSED_RA0, situation, visitOf } from './visits.ts';

interface Case {
  readonly when: string;
  readonly fate?: Partial<Probe>;
  readonly parts?: Parts;
  readonly says: RegExp;
  readonly saysNot?: RegExp;
}

const EDE_18 = { ede: [{ code: 18, text: '' }] };
const BARE = { ...REFUSED_RA0, hasQuestion: false, hasOpt: false };
const KNOT_RESOLVER = { ...REFUSED, ede: [{ code: 18, text: 'EIM4' }] };

const CASES: readonly Case[] = [
  {
    when: 'BIND keeps a client out',
    fate: { ...REFUSED_RA0, ...EDE_18 },
    parts: { 'version.bind': { texts: ['9.18.49-1~deb12u3-Debian'] } },
    says: /BIND: allow-query, .*allow-query-cache did not match/,
  },
  {
    when: "a zone of BIND's keeps a client out",
    parts: {
      ask: { ...REFUSED, ...EDE_18 },
      tcp: { ...REFUSED, ...EDE_18 },
      plain: REFUSED,
      'version.bind': { texts: ['9.18.49-1~deb12u3-Debian'] },
    },
    says: /BIND: allow-query and allow-query-on of the zone/,
    saysNot: /find out which address the server sees/,
  },
  {
    when: 'Knot Resolver refuses a name',
    parts: { ask: KNOT_RESOLVER, tcp: KNOT_RESOLVER, plain: REFUSED },
    says: /Knot Resolver: policy\.add with policy\.REFUSE/,
    saysNot: /narrowest prefix/,
  },
  {
    when: 'dnsdist refuses a client',
    fate: REFUSED,
    parts: { 'no-rd': REFUSED_RA0 },
    says: /dnsdist: setACL and rules by netmask; showACL\(\)/,
  },
  {
    when: 'Unbound has a local zone',
    parts: {
      ask: { ...REFUSED, aa: true },
      tcp: { ...REFUSED, aa: true },
      plain: { ...REFUSED, aa: true },
      'version.bind': { texts: ['unbound 1.17.1'] },
    },
    says: /Unbound: unbound-control list_local_zones/,
  },
  {
    when: 'Unbound refuses everything, and its own name too',
    fate: BARE,
    says: /Unbound: access-control \(of two lines for the same netblock the last one counts\)/,
  },
  {
    when: 'Unbound with `ede: yes` refuses everything, in its own form where it may add no EDE',
    fate: { ...REFUSED_RA0, ...EDE_18 },
    parts: { plain: { ...BARE, edns: false } },
    says: /Unbound: access-control \(of two lines for the same netblock the last one counts\)/,
  },
  {
    when: 'Unbound refuses all but its own name (`refuse_non_local`)',
    fate: BARE,
    parts: { 'id.server': { texts: ['ub1'] }, 'version.bind': { texts: ['unbound 1.17.1'] } },
    says: /Unbound: access-control refuse_non_local .*same netblock the last one counts/,
  },
  {
    when: 'UDP is silent and TCP is reset, as of dnsdist and PowerDNS Recursor',
    fate: { silence: 'no answer' },
    parts: { tcp: { silence: 'connection reset' } },
    says: /let the narrowest prefix in/,
    saysNot: /take it out of their lists/,
  },
  {
    when: 'TLS is spoken and nothing is answered, as of an rcode5 that drops',
    fate: { transport: 'dot', silence: 'no answer, but TLS is spoken' },
    parts: { tcp: { silence: 'connection closed' } },
    says: /let the narrowest prefix in/,
    saysNot: /take it out of their lists/,
  },
  {
    when: 'a transfer is NOTAUTH, as of NSD and Knot DNS for a zone that they lack',
    fate: REFUSED_RA0,
    parts: { ask: { type: 'AXFR', transport: 'tcp', rcode: 'NOTAUTH', ra: false } },
    says: /ask a server that holds the zone/,
    saysNot: /by address and TSIG key/,
  },
];

describe('diagnose/advice', () => {
  for (const { when, fate, parts = {}, says, saysNot } of CASES) {
    it(`names what to look at when ${when}`, () => {
      const visit = fate === undefined ? visitOf(parts) : allBut(fate, parts);
      const seen = situation(visit);
      const next = advise(seen, conclude(seen)).join('\n');
      expect(next).to.match(says);
      if (saysNot !== undefined) expect(next).not.to.match(saysNot);
    });
  }
});
