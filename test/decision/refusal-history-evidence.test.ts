import { expect } from 'chai';
import {
  type History,
  NOTHING_LATELY,
  type RefusalSigns,
  type Siblings,
} from '../../src/decision/refusal-facts.ts';
import { inferReason } from '../../src/decision/refusal-inference.ts';
import type { Confidence } from '../../src/decision/upstream-refusal.ts';

/** A refusal without any sign. */
const PLAIN: RefusalSigns = {
  aa: false,
  ra: true,
  tc: false,
  hasQuestion: true,
  ede: [],
  rttMs: 10,
  byUdp: true,
  rd: true,
  ecs: false,
  type: 1,
  operation: undefined,
};
const ALONE: Siblings = { count: 0, refused: 0 };

interface Case {
  readonly when: string;
  readonly signs?: Partial<RefusalSigns>;
  readonly lately?: Partial<History>;
  readonly siblings?: Siblings;
  readonly verdict: string;
  readonly scope: string;
  readonly confidence: Confidence;
  readonly evidence: string;
}

const WITH_MEMORY: readonly Case[] = [
  {
    when: 'other names are answered',
    lately: { answered: 12, recurses: true },
    verdict: 'name-policy',
    scope: 'name',
    confidence: 'medium',
    evidence: '12 questions for other names answered lately',
  },
  {
    when: 'other names are answered with RA=1 and this one refused with RA=0',
    signs: { ra: false },
    lately: { answered: 1, recurses: true, answersRecursively: true },
    verdict: 'client-acl',
    scope: 'behind',
    confidence: 'medium',
    evidence:
      '1 question for other names answered lately with RA=1: this one, with RA=0, is of a server behind',
  },
  {
    when: 'it is refused sooner than anything was answered',
    signs: { rttMs: 1 },
    lately: { answered: 12, recurses: true, quickestMs: 20 },
    verdict: 'name-policy',
    scope: 'name',
    confidence: 'medium',
    evidence:
      '12 questions for other names answered lately; refused in 1 ms, the quickest answer took 20 ms',
  },
  {
    when: 'it is refused sooner than anything was answered, and in another form',
    signs: { rttMs: 0.42, ra: false },
    lately: { answered: 12, recurses: true, answersRecursively: true, quickestMs: 20 },
    verdict: 'edge',
    scope: 'server',
    confidence: 'low',
    evidence: 'RA=0, but RA=1 in other answers; refused in 0.4 ms, the quickest answer took 20 ms',
  },
  {
    when: 'it is refused soon, without the question',
    signs: { rttMs: 9, hasQuestion: false },
    lately: { answered: 1, recurses: true, quickestMs: 20 },
    verdict: 'edge',
    scope: 'server',
    confidence: 'low',
    evidence: 'no question in the response; refused in 9 ms, the quickest answer took 20 ms',
  },
  {
    when: 'its name is refused by UDP and answered by TCP',
    lately: { identity: '', identityByTcp: true },
    verdict: 'needs-tcp-or-cookie',
    scope: 'query',
    confidence: 'medium',
    evidence: 'id.server is refused by UDP and not by TCP',
  },
  {
    when: 'its name is refused by UDP alone, and the question by TCP',
    signs: { byUdp: false },
    lately: { identity: '', identityByTcp: true },
    verdict: 'client-acl',
    scope: 'server',
    confidence: 'medium',
    evidence: 'id.server is refused too',
  },
  {
    when: 'other types of the name are answered',
    lately: { answered: 5, typesAnswered: [1, 28], recurses: true },
    verdict: 'type-policy',
    scope: 'query',
    confidence: 'medium',
    evidence: 'other types of this name were answered: A, AAAA',
  },
  {
    when: 'a transfer is refused by a server that answers',
    signs: { operation: 'IXFR' },
    lately: { answered: 5 },
    verdict: 'type-policy',
    scope: 'query',
    confidence: 'low',
    evidence: 'IXFR, which servers permit to few',
  },
  {
    when: 'the same question was answered',
    lately: { sameAnswered: true, answered: 3 },
    verdict: 'rate-limit',
    scope: 'server',
    confidence: 'low',
    evidence: 'the same question was answered lately',
  },
  {
    when: 'refused questions are answered later, and more is refused under load',
    lately: { recanted: 4, load: { busy: 0.5, calm: 0.01 }, answered: 3 },
    verdict: 'rate-limit',
    scope: 'server',
    confidence: 'medium',
    evidence: '4 questions answered after a refusal; refuses 50 % when busy, 1 % when calm',
  },
  {
    when: 'as much is refused when it is calm',
    lately: { load: { busy: 0.5, calm: 0.4 }, answered: 3 },
    verdict: 'name-policy',
    scope: 'name',
    confidence: 'medium',
    evidence: '3 questions for other names answered lately',
  },
  {
    when: 'RA=0 and its answers are authoritative',
    signs: { ra: false },
    lately: { answered: 3, isAuthoritative: true },
    verdict: 'no-recursion',
    scope: 'server',
    confidence: 'high',
    evidence: 'RA=0 to RD=1; its other answers have AA=1 and RA=0',
  },
  {
    when: 'RA=0 and it tells its own name',
    signs: { ra: false },
    lately: { identity: 'ns7' },
    verdict: 'no-recursion',
    scope: 'server',
    confidence: 'medium',
    evidence: 'RA=0 to RD=1; id.server is "ns7"',
  },
  {
    when: 'RA=0 and its own name is refused too',
    signs: { ra: false },
    lately: { identity: '' },
    verdict: 'client-acl',
    scope: 'server',
    confidence: 'medium',
    evidence: 'RA=0 to RD=1; id.server is refused too',
  },
  {
    when: 'it refuses everything',
    lately: { refused: 3, recurses: true },
    verdict: 'client-acl',
    scope: 'server',
    confidence: 'medium',
    evidence: '3 questions for other names refused lately, none answered',
  },
  {
    when: 'it has not refused enough for a habit',
    lately: { refused: 2, recurses: true },
    verdict: 'unknown',
    scope: 'query',
    confidence: 'low',
    evidence: 'no EDE, no other sign',
  },
  {
    when: 'others answer what it refuses, and it answers nothing',
    lately: { refused: 1, overruled: 1, recurses: true },
    siblings: { count: 1, refused: 0 },
    verdict: 'client-acl',
    scope: 'server',
    confidence: 'medium',
    evidence:
      'it alone refuses, and answers nothing lately; others of the group answered 1 question that it refused',
  },
  {
    when: 'all of the group refuse',
    lately: { answered: 2, recurses: true },
    siblings: { count: 2, refused: 2 },
    verdict: 'name-policy',
    scope: 'name',
    confidence: 'medium',
    evidence: '2 questions for other names answered lately; all 3 servers of the group refuse',
  },
  {
    when: 'some of the group have not been asked yet',
    siblings: { count: 2, refused: 1 },
    verdict: 'unknown',
    scope: 'query',
    confidence: 'low',
    evidence: 'no EDE, no other sign',
  },
  {
    when: 'EDE 18 comes with RA=1 and other names are answered, as of Knot Resolver',
    signs: { ede: [{ code: 18, text: 'EIM4' }] },
    lately: { answered: 3, typeAnsweredElsewhere: 1, recurses: true, answersRecursively: true },
    verdict: 'name-policy',
    scope: 'name',
    confidence: 'high',
    evidence: `EDE 18 "EIM4", as of Knot Resolver's policies for names and for clients; 3 questions for other names answered lately`,
  },
  {
    when: 'EDE 18 comes with RA=0 for every name',
    signs: { ede: [{ code: 18, text: '' }], ra: false },
    lately: { refused: 3, codesElsewhere: [18, 18, 18] },
    verdict: 'client-acl',
    scope: 'server',
    confidence: 'high',
    evidence: 'EDE 18 with RA=0; 3 questions for other names refused lately, none answered',
  },
  {
    when: 'EDE 18 comes for this name and EDE 20 for others, as of NSD',
    signs: { ede: [{ code: 18, text: '' }], ra: false },
    lately: { refused: 3, codesElsewhere: [20, 20, 20] },
    verdict: 'client-acl',
    scope: 'zone',
    confidence: 'high',
    evidence: 'EDE 18 with RA=0; other names are refused for another reason',
  },
  {
    when: 'EDE 18 comes with RA=0 from who answers with RA=1',
    signs: { ede: [{ code: 18, text: '' }], ra: false },
    lately: { answered: 2, recurses: true, answersRecursively: true },
    verdict: 'client-acl',
    scope: 'behind',
    confidence: 'high',
    evidence:
      'EDE 18 with RA=0; 2 questions for other names answered lately with RA=1: this one, with RA=0, is of a server behind',
  },
  {
    when: 'RD=0 is refused by who recurses for RD=1',
    signs: { ede: [{ code: 20, text: '' }], rd: false },
    lately: { answered: 2, recurses: true, answersRecursively: true },
    verdict: 'no-recursion',
    scope: 'query',
    confidence: 'medium',
    evidence: 'EDE 20 to RD=0 with RA=1: it does not show its cache; it recurses for RD=1',
  },
  {
    when: 'a type is refused for this name and for others',
    lately: { answered: 2, typesAnswered: [1], typeRefusedElsewhere: 1, recurses: true },
    verdict: 'type-policy',
    scope: 'query',
    confidence: 'high',
    evidence: 'other types of this name were answered: A, and this type refused for other names',
  },
];

describe('decision/refusal-history-evidence', () => {
  for (const { when, signs, lately, siblings = ALONE, ...expected } of WITH_MEMORY) {
    it(`says ${expected.verdict} (${expected.confidence}) when ${when}`, () => {
      const facts = {
        signs: { ...PLAIN, ...signs },
        lately: { ...NOTHING_LATELY, ...lately },
        siblings,
      };
      expect(inferReason(facts)).to.deep.equal(expected);
    });
  }
});
