import { expect } from 'chai';
import { conclude } from '../../src/diagnose/conclude.ts';
import type { Probe } from '../../src/diagnose/probe.ts';
import { allBut, type Case, NO_ANSWER, REFUSED, REFUSED_RA0, situation } from './visits.ts';

/** Everything is refused, but for what is said. */
const REFUSING: readonly (Case & { readonly fate: Partial<Probe> })[] = [
  {
    when: 'id.server too',
    fate: REFUSED_RA0,
    parts: {},
    verdict: 'client-acl',
    confidence: 'medium',
  },
  {
    when: 'with EDE 18',
    fate: { ...REFUSED_RA0, ede: [{ code: 18, text: '' }] },
    parts: {},
    verdict: 'client-acl',
    confidence: 'high',
  },
  {
    when: 'with EDE 20',
    fate: { ...REFUSED_RA0, ede: [{ code: 20, text: '' }] },
    parts: {},
    verdict: 'no-recursion',
    confidence: 'high',
  },
  {
    when: 'with EDE 14',
    fate: { ...REFUSED, ede: [{ code: 14, text: '' }] },
    parts: {},
    verdict: 'failure',
    confidence: 'high',
  },
  {
    when: 'with EDE 35',
    fate: { ...REFUSED, ede: [{ code: 35, text: '' }] },
    parts: {},
    verdict: 'upstream',
    confidence: 'high',
  },
  {
    when: 'but id.server is answered, with RA=0',
    fate: REFUSED_RA0,
    parts: { 'id.server': { aa: true, texts: ['ns1'] } },
    verdict: 'no-recursion',
    confidence: 'medium',
  },
  {
    when: 'but version.bind says NSD',
    fate: REFUSED_RA0,
    parts: { 'version.bind': { texts: ['NSD 4.6.1'] } },
    verdict: 'no-recursion',
    confidence: 'high',
  },
  {
    when: 'but it answers with authority for a zone above',
    fate: REFUSED_RA0,
    parts: { soa: { name: 'com.', aa: true, ra: false, soa: 'com.' } },
    verdict: 'name-policy',
    confidence: 'medium',
  },
  {
    when: 'with RA=1',
    fate: REFUSED,
    parts: {},
    verdict: 'client-acl',
    confidence: 'medium',
  },
  {
    when: 'with RA as a copy of RD',
    fate: REFUSED,
    parts: { 'no-rd': REFUSED_RA0 },
    verdict: 'client-acl',
    confidence: 'high',
  },
  {
    when: 'but version.bind says dnsmasq',
    fate: REFUSED,
    parts: { 'version.bind': { texts: ['dnsmasq-2.90'] } },
    verdict: 'upstream',
    confidence: 'high',
  },
  {
    when: 'with the EDE of somebody else, and version.bind says dnsmasq',
    fate: { ...REFUSED, ede: [{ code: 18, text: '' }] },
    parts: { 'version.bind': { texts: ['dnsmasq-2.90'] } },
    verdict: 'upstream',
    confidence: 'high',
  },
  {
    when: 'with RA=0, and id.server is silent',
    fate: REFUSED_RA0,
    parts: { 'id.server': NO_ANSWER, 'version.bind': NO_ANSWER },
    verdict: 'no-recursion',
    confidence: 'medium',
  },
];

describe('diagnose/conclude of a server that refuses everything', () => {
  for (const { when, fate, parts, verdict, confidence } of REFUSING) {
    it(`finds ${verdict} when it refuses everything, ${when}`, () => {
      expect(conclude(situation(allBut(fate, parts)))).to.include({ verdict, confidence });
    });
  }
});
