import { expect } from 'chai';
import {
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

const errors = (...codes: readonly number[]) => ({
  ede: codes.map((code) => ({ code, text: '' })),
});
const says = (code: number, text: string) => ({ ede: [{ code, text }] });

const BY_ITSELF: readonly (readonly [string, Partial<RefusalSigns>, string, Confidence, string])[] =
  [
    ['EDE 18', errors(18), 'client-acl zone', 'medium', "EDE 18 with RA=1, as of one zone's list"],
    [
      'EDE 18 and RA=0',
      { ...errors(18), ra: false },
      'client-acl server',
      'medium',
      'EDE 18 with RA=0',
    ],
    [
      "EDE 18 in Knot Resolver's form",
      says(18, 'EIM4'),
      'name-policy name',
      'low',
      `EDE 18 "EIM4", as of Knot Resolver's policies for names and for clients`,
    ],
    [
      'EDE 20',
      errors(20),
      'no-recursion behind',
      'medium',
      'EDE 20 with RA=1: it is of a server behind',
    ],
    ['EDE 20 and RA=0', { ...errors(20), ra: false }, 'no-recursion server', 'high', 'EDE 20'],
    [
      'EDE 20 to RD=0 with RA=1',
      { ...errors(20), rd: false },
      'no-recursion query',
      'medium',
      'EDE 20 to RD=0 with RA=1: it does not show its cache',
    ],
    [
      'the text of an rcode5 that refuses the client',
      { ...says(18, 'acl acl.query 0.0.0.0/0 ref k3f9x-1'), ra: false },
      'client-acl server',
      'high',
      'EDE 18 "acl acl.query 0.0.0.0/0 ref k3f9x-1"; EDE 18 with RA=0',
    ],
    ['EDE 15', errors(15), 'name-policy name', 'high', 'EDE 15'],
    ['EDE 16', errors(16), 'name-policy name', 'high', 'EDE 16'],
    ['EDE 17', errors(17), 'name-policy name', 'high', 'EDE 17'],
    ['EDE 35', errors(35), 'name-policy behind', 'high', 'EDE 35'],
    ['EDE 30', errors(30), 'type-policy query', 'high', 'EDE 30'],
    ['EDE 31', errors(31), 'rate-limit server', 'high', 'EDE 31'],
    ['EDE 32', errors(32), 'rate-limit server', 'high', 'EDE 32'],
    [
      'EDE 24 before EDE 18',
      { ...errors(24, 18), ra: false },
      'client-acl server',
      'medium',
      'EDE 18 with RA=0',
    ],
    [
      'an EDE whose text says so',
      says(0, 'Recursion disabled'),
      'no-recursion server',
      'high',
      'EDE 0 "Recursion disabled"',
    ],
    [
      'an EDE that asks for a cookie',
      says(0, 'DNS Cookie needed for UDP replies'),
      'needs-tcp-or-cookie query',
      'high',
      'EDE 0 "DNS Cookie needed for UDP replies"',
    ],
    ['TC=1', { tc: true }, 'needs-tcp-or-cookie query', 'high', 'TC=1 with REFUSED'],
    [
      'EDE 0 and TC=1',
      { ...errors(0), tc: true },
      'needs-tcp-or-cookie query',
      'high',
      'TC=1 with REFUSED',
    ],
    [
      'EDE 15 with TC=1 and RA=0',
      { ...errors(15), tc: true, ra: false },
      'name-policy name',
      'high',
      'EDE 15',
    ],
    [
      'TC=1 without a question',
      { tc: true, hasQuestion: false, ra: false },
      'needs-tcp-or-cookie query',
      'high',
      'TC=1 with REFUSED',
    ],
    [
      'no question',
      { hasQuestion: false },
      'client-acl server',
      'medium',
      'no question in the response',
    ],
    [
      'no question and RA=0',
      { hasQuestion: false, ra: false },
      'client-acl server',
      'medium',
      'no question in the response',
    ],
    ['RA=0 to RD=1', { ra: false }, 'no-recursion server', 'medium', 'RA=0 to RD=1'],
    [
      'RD=0 with RA=1',
      { rd: false },
      'no-recursion query',
      'medium',
      'RD=0 and RA=1: resolvers refuse to show their cache',
    ],
    ['RD=0 with RA=0', { ra: false, rd: false }, 'no-recursion server', 'medium', 'RA=0'],
    [
      'EDE 14',
      errors(14),
      'no-recursion behind',
      'medium',
      'EDE 14: not ready, or nobody behind it to ask',
    ],
    [
      'a Client Subnet in a signed query',
      { ecs: true },
      'ecs query',
      'low',
      'the signed query carried a Client Subnet and goes as it is',
    ],
    [
      'a transfer',
      { operation: 'AXFR' },
      'type-policy query',
      'low',
      'AXFR, which servers permit to few',
    ],
    [
      'AA=1 and RA=1',
      { aa: true },
      'name-policy name',
      'medium',
      'AA=1: the refusal is its own, as of a local zone',
    ],
    ['nothing', {}, 'unknown query', 'low', 'no EDE, no other sign'],
    [
      'an EDE that says nothing of it',
      errors(24),
      'unknown query',
      'low',
      'EDE 24 gives no reason, no other sign',
    ],
  ];

describe('decision/refusal-inference', () => {
  for (const [signs, given, verdict, confidence, evidence] of BY_ITSELF) {
    it(`takes ${signs} for ${verdict} (${confidence})`, () => {
      const facts = { signs: { ...PLAIN, ...given }, lately: NOTHING_LATELY, siblings: ALONE };
      const [cause, scope] = verdict.split(' ');
      expect(inferReason(facts)).to.deep.equal({ verdict: cause, scope, confidence, evidence });
    });
  }
});
