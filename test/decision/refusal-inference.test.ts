import { expect } from 'chai';
import {
  type History,
  inferReason,
  NOTHING_LATELY,
  type RefusalSigns,
  type Siblings,
} from '../../src/decision/refusal-inference.ts';
import type { Confidence } from '../../src/decision/upstream-refusal.ts';

/** A refusal without any sign. */
const PLAIN: RefusalSigns = {
  aa: false,
  ra: true,
  tc: false,
  hasQuestion: true,
  ede: [],
  rttMs: 10,
  rd: true,
  ecs: false,
  operation: undefined,
};
const ALONE: Siblings = { count: 0, refused: 0 };

const errors = (...codes: readonly number[]) => ({
  ede: codes.map((code) => ({ code, text: '' })),
});
const says = (code: number, text: string) => ({ ede: [{ code, text }] });

interface Case {
  readonly when: string;
  readonly signs?: Partial<RefusalSigns>;
  readonly lately?: Partial<History>;
  readonly siblings?: Siblings;
  readonly verdict: string;
  readonly confidence: Confidence;
  readonly evidence: string;
}

const BY_ITSELF: readonly (readonly [string, Partial<RefusalSigns>, string, Confidence, string])[] =
  [
    ['EDE 18', errors(18), 'client-acl', 'high', 'EDE 18'],
    ['EDE 20', errors(20), 'no-recursion', 'high', 'EDE 20'],
    ['EDE 15', errors(15), 'name-policy', 'high', 'EDE 15'],
    ['EDE 16', errors(16), 'name-policy', 'high', 'EDE 16'],
    ['EDE 17', errors(17), 'name-policy', 'high', 'EDE 17'],
    ['EDE 35', errors(35), 'name-policy', 'high', 'EDE 35'],
    ['EDE 30', errors(30), 'type-policy', 'high', 'EDE 30'],
    ['EDE 31', errors(31), 'rate-limit', 'high', 'EDE 31'],
    ['EDE 32', errors(32), 'rate-limit', 'high', 'EDE 32'],
    ['EDE 24 before EDE 18', errors(24, 18), 'client-acl', 'high', 'EDE 18'],
    [
      'an EDE whose text says so',
      says(0, 'Recursion disabled'),
      'no-recursion',
      'high',
      'EDE 0 "Recursion disabled"',
    ],
    [
      'an EDE that asks for a cookie',
      says(0, 'DNS Cookie needed for UDP replies'),
      'needs-tcp-or-cookie',
      'high',
      'EDE 0 "DNS Cookie needed for UDP replies"',
    ],
    ['TC=1', { tc: true }, 'needs-tcp-or-cookie', 'high', 'TC=1 with REFUSED'],
    [
      'EDE 0 and TC=1',
      { ...errors(0), tc: true },
      'needs-tcp-or-cookie',
      'high',
      'TC=1 with REFUSED',
    ],
    [
      'EDE 15 with TC=1 and RA=0',
      { ...errors(15), tc: true, ra: false },
      'name-policy',
      'high',
      'EDE 15',
    ],
    [
      'TC=1 without a question',
      { tc: true, hasQuestion: false, ra: false },
      'needs-tcp-or-cookie',
      'high',
      'TC=1 with REFUSED',
    ],
    ['no question', { hasQuestion: false }, 'client-acl', 'medium', 'no question in the response'],
    [
      'no question and RA=0',
      { hasQuestion: false, ra: false },
      'client-acl',
      'medium',
      'no question in the response',
    ],
    ['RA=0 to RD=1', { ra: false }, 'no-recursion', 'medium', 'RA=0 to RD=1'],
    [
      'RD=0',
      { ra: false, rd: false },
      'unknown',
      'low',
      'RD=0: resolvers refuse to tell what they have in their cache',
    ],
    [
      'a Client Subnet in a signed query',
      { ecs: true },
      'ecs',
      'low',
      'the signed query carried a Client Subnet and goes as it is',
    ],
    [
      'a transfer',
      { operation: 'AXFR' },
      'type-policy',
      'low',
      'AXFR, which servers permit to few',
    ],
    ['AA=1 alone', { aa: true }, 'unknown', 'low', 'no EDE, no other sign; AA=1'],
    ['nothing', {}, 'unknown', 'low', 'no EDE, no other sign'],
    [
      'an EDE that says nothing of it',
      errors(24),
      'unknown',
      'low',
      'EDE 24 gives no reason, no other sign',
    ],
  ];

const WITH_MEMORY: readonly Case[] = [
  {
    when: 'other names are answered',
    lately: { answered: 12, recurses: true },
    verdict: 'name-policy',
    confidence: 'medium',
    evidence: '12 questions for other names answered lately',
  },
  {
    when: 'other names are answered with RA=1 and this one refused with RA=0',
    signs: { ra: false },
    lately: { answered: 1, recurses: true },
    verdict: 'name-policy',
    confidence: 'medium',
    evidence: '1 question for other names answered lately',
  },
  {
    when: 'it is refused sooner than anything was answered',
    signs: { rttMs: 1 },
    lately: { answered: 12, recurses: true, quickestMs: 20 },
    verdict: 'name-policy',
    confidence: 'medium',
    evidence:
      '12 questions for other names answered lately; refused in 1 ms, the quickest answer took 20 ms',
  },
  {
    when: 'it is refused sooner than anything was answered, and in another form',
    signs: { rttMs: 0.42, ra: false },
    lately: { answered: 12, recurses: true, quickestMs: 20 },
    verdict: 'edge',
    confidence: 'low',
    evidence: 'RA=0, but RA=1 in other answers; refused in 0.4 ms, the quickest answer took 20 ms',
  },
  {
    when: 'it is refused soon, without the question',
    signs: { rttMs: 9, hasQuestion: false },
    lately: { answered: 1, recurses: true, quickestMs: 20 },
    verdict: 'edge',
    confidence: 'low',
    evidence: 'no question in the response; refused in 9 ms, the quickest answer took 20 ms',
  },
  {
    when: 'other types of the name are answered',
    lately: { answered: 5, typesAnswered: [1, 28], recurses: true },
    verdict: 'type-policy',
    confidence: 'medium',
    evidence: 'other types of this name were answered: A, AAAA',
  },
  {
    when: 'a transfer is refused by a server that answers',
    signs: { operation: 'IXFR' },
    lately: { answered: 5 },
    verdict: 'type-policy',
    confidence: 'medium',
    evidence: 'IXFR, which servers permit to few',
  },
  {
    when: 'the same question was answered',
    lately: { sameAnswered: true, answered: 3 },
    verdict: 'rate-limit',
    confidence: 'low',
    evidence: 'the same question was answered lately',
  },
  {
    when: 'refused questions are answered later, and more is refused under load',
    lately: { recanted: 4, load: { busy: 0.5, calm: 0.01 }, answered: 3 },
    verdict: 'rate-limit',
    confidence: 'medium',
    evidence: '4 questions answered after a refusal; refuses 50 % when busy, 1 % when calm',
  },
  {
    when: 'as much is refused when it is calm',
    lately: { load: { busy: 0.5, calm: 0.4 }, answered: 3 },
    verdict: 'name-policy',
    confidence: 'medium',
    evidence: '3 questions for other names answered lately',
  },
  {
    when: 'RA=0 and its answers are authoritative',
    signs: { ra: false },
    lately: { answered: 3, isAuthoritative: true },
    verdict: 'no-recursion',
    confidence: 'high',
    evidence: 'RA=0 to RD=1; its other answers have AA=1 and RA=0',
  },
  {
    when: 'RA=0 and it tells its own name',
    signs: { ra: false },
    lately: { identity: 'ns7' },
    verdict: 'no-recursion',
    confidence: 'medium',
    evidence: 'RA=0 to RD=1; id.server is "ns7"',
  },
  {
    when: 'RA=0 and its own name is refused too',
    signs: { ra: false },
    lately: { identity: '' },
    verdict: 'client-acl',
    confidence: 'medium',
    evidence: 'RA=0 to RD=1; id.server is refused too',
  },
  {
    when: 'it refuses everything',
    lately: { refused: 3, recurses: true },
    verdict: 'client-acl',
    confidence: 'medium',
    evidence: '3 questions for other names refused lately, none answered',
  },
  {
    when: 'it has not refused enough for a habit',
    lately: { refused: 2, recurses: true },
    verdict: 'unknown',
    confidence: 'low',
    evidence: 'no EDE, no other sign',
  },
  {
    when: 'others answer what it refuses, and it answers nothing',
    lately: { refused: 1, overruled: 1, recurses: true },
    siblings: { count: 1, refused: 0 },
    verdict: 'client-acl',
    confidence: 'medium',
    evidence:
      'it alone refuses, and answers nothing lately; others of the group answered 1 question that it refused',
  },
  {
    when: 'all of the group refuse',
    lately: { answered: 2, recurses: true },
    siblings: { count: 2, refused: 2 },
    verdict: 'name-policy',
    confidence: 'medium',
    evidence: '2 questions for other names answered lately; all 3 servers of the group refuse',
  },
  {
    when: 'some of the group have not been asked yet',
    siblings: { count: 2, refused: 1 },
    verdict: 'unknown',
    confidence: 'low',
    evidence: 'no EDE, no other sign',
  },
];

describe('decision/refusal-inference', () => {
  for (const [signs, given, verdict, confidence, evidence] of BY_ITSELF) {
    it(`takes ${signs} for ${verdict} (${confidence})`, () => {
      const facts = { signs: { ...PLAIN, ...given }, lately: NOTHING_LATELY, siblings: ALONE };
      expect(inferReason(facts)).to.deep.equal({ verdict, confidence, evidence });
    });
  }

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
