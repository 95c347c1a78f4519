import { expect } from 'chai';
import { conclude } from '../../src/diagnose/conclude.ts';
import {
  type Case,
  CLOSED,
  NAME,
  NO_ANSWER,
  probe,
  REFUSED,
  REFUSED_RA0,
  situation,
  visitOf,
} from './visits.ts';

/** One source, one server: what was answered and what was not. */
const CASES: readonly Case[] = [
  { when: 'everything is answered', parts: {}, verdict: 'no-refusal', confidence: 'high' },
  {
    when: 'the name is refused and the root is answered',
    parts: { ask: REFUSED, tcp: REFUSED, plain: REFUSED },
    verdict: 'name-policy',
    confidence: 'medium',
  },
  {
    when: 'the name is refused with AA=1',
    parts: { ask: { ...REFUSED, aa: true }, tcp: REFUSED, plain: REFUSED },
    verdict: 'name-policy',
    confidence: 'medium',
  },
  {
    when: 'the name is refused with EDE 18 and the root is answered',
    parts: { ask: { ...REFUSED, ede: [{ code: 18, text: '' }] }, tcp: REFUSED, plain: REFUSED },
    verdict: 'client-acl',
    confidence: 'medium',
  },
  {
    when: 'another type of the name is answered',
    parts: { ask: REFUSED, tcp: REFUSED, plain: REFUSED, 'other-type': {} },
    verdict: 'type-policy',
    confidence: 'medium',
  },
  {
    when: 'another type is answered, and this one is refused elsewhere too',
    parts: {
      ask: REFUSED,
      tcp: REFUSED,
      plain: REFUSED,
      'other-type': {},
      'type-at-root': REFUSED,
    },
    verdict: 'type-policy',
    confidence: 'high',
  },
  {
    when: 'the refusal has RA=0 where other answers have RA=1',
    parts: { ask: REFUSED_RA0, tcp: REFUSED_RA0, plain: REFUSED_RA0 },
    verdict: 'upstream',
    confidence: 'medium',
  },
  {
    when: 'only TCP answers',
    parts: { ask: REFUSED, plain: REFUSED },
    verdict: 'transport',
    confidence: 'high',
  },
  {
    when: 'only TCP answers, and UDP is silent',
    parts: { ask: NO_ANSWER, plain: NO_ANSWER },
    verdict: 'transport',
    confidence: 'medium',
  },
  { when: 'TCP is closed', parts: { tcp: CLOSED }, verdict: 'transport', confidence: 'high' },
  { when: 'TCP is silent', parts: { tcp: NO_ANSWER }, verdict: 'transport', confidence: 'medium' },
  {
    when: 'UDP is refused with TC=1 and TCP is answered',
    parts: { ask: { ...REFUSED, tc: true }, plain: { ...REFUSED, tc: true } },
    verdict: 'needs-tcp-or-cookie',
    confidence: 'high',
  },
  {
    when: 'only the question without EDNS is answered',
    parts: { ask: { rcode: 'FORMERR' }, tcp: { rcode: 'FORMERR' } },
    verdict: 'edns',
    confidence: 'high',
  },
  {
    when: 'the question without EDNS is refused',
    parts: { plain: REFUSED },
    verdict: 'edns',
    confidence: 'high',
  },
  {
    when: 'the answer is a code that is no refusal',
    parts: {
      ask: { rcode: 'NOTIMP' },
      tcp: { rcode: 'NOTIMP' },
      plain: { rcode: 'NOTIMP' },
      root: { rcode: 'NOTIMP' },
    },
    verdict: 'failure',
    confidence: 'high',
  },
  {
    when: 'it fails and is answered with CD=1',
    parts: { ask: { rcode: 'SERVFAIL' }, cd: {} },
    verdict: 'failure',
    confidence: 'high',
  },
  {
    when: 'it fails, with CD=1 too, and the root does not',
    parts: { ask: { rcode: 'SERVFAIL' }, cd: { rcode: 'SERVFAIL' } },
    verdict: 'failure',
    confidence: 'medium',
  },
  {
    when: 'it fails for the root too',
    parts: { ask: { rcode: 'SERVFAIL' }, root: { rcode: 'SERVFAIL' }, cd: { rcode: 'SERVFAIL' } },
    verdict: 'upstream',
    confidence: 'medium',
  },
  {
    when: 'the answer is a referral without recursion',
    parts: { ask: { rcode: 'NOERROR', ra: false }, tcp: { ra: false } },
    verdict: 'no-recursion',
    confidence: 'medium',
  },
  {
    when: 'the answer says that it is blocked',
    parts: { ask: { rcode: 'NXDOMAIN', ede: [{ code: 15, text: '' }] } },
    verdict: 'name-policy',
    confidence: 'high',
  },
  {
    when: 'the answer has the SOA record of a policy zone beside it',
    parts: { ask: { rcode: 'NXDOMAIN', policyZone: 'rpz.' } },
    verdict: 'name-policy',
    confidence: 'high',
  },
  {
    when: 'a resolver says with AA=1 and no zone that the name does not exist',
    parts: { ask: { rcode: 'NXDOMAIN', aa: true } },
    verdict: 'name-policy',
    confidence: 'medium',
  },
  {
    when: 'a resolver says with the SOA record of a zone of its own that the name does not exist',
    parts: { ask: { rcode: 'NXDOMAIN', aa: true, soa: 'example.com.' } },
    verdict: 'no-refusal',
    confidence: 'high',
  },
  {
    when: 'the name meets silence and the root is answered',
    parts: { ask: NO_ANSWER, tcp: NO_ANSWER, plain: NO_ANSWER },
    verdict: 'name-policy',
    confidence: 'low',
  },
  {
    when: 'a transfer of a zone that it holds is refused',
    parts: { ask: { ...REFUSED, type: 'AXFR' }, soa: { aa: true, soa: NAME } },
    verdict: 'transfer',
    confidence: 'high',
  },
  {
    when: 'a transfer of a zone that it does not hold is refused',
    parts: { ask: { ...REFUSED, type: 'AXFR' }, soa: { soa: NAME } },
    verdict: 'transfer',
    confidence: 'medium',
  },
  {
    when: 'only RD=0 is refused, as Unbound does',
    parts: { 'no-rd': { ...REFUSED, ede: [{ code: 20, text: '' }] } },
    verdict: 'no-refusal',
    confidence: 'high',
  },
];

describe('diagnose/conclude', () => {
  for (const { when, parts, verdict, confidence } of CASES) {
    it(`finds ${verdict} when ${when}`, () => {
      expect(conclude(situation(visitOf(parts)))).to.include({ verdict, confidence });
    });
  }

  it('is sure that nobody is there when every way is closed', () => {
    const visit = [probe('ask', CLOSED), probe('tcp', CLOSED), probe('root', CLOSED)];
    expect(conclude(situation(visit))).to.include({ verdict: 'dead', confidence: 'high' });
  });

  it('is less sure when there is silence', () => {
    const visit = [probe('ask', NO_ANSWER), probe('tcp', CLOSED), probe('root', NO_ANSWER)];
    expect(conclude(situation(visit))).to.include({ verdict: 'dead', confidence: 'medium' });
  });
});
