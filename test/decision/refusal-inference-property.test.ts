import { expect } from 'chai';
import fc from 'fast-check';
import type { History, RefusalSigns } from '../../src/decision/refusal-facts.ts';
import { inferReason } from '../../src/decision/refusal-inference.ts';
import { UPSTREAM_VERDICTS } from '../../src/decision/upstream-refusal.ts';

describe('decision/refusal-inference, whatever is known', () => {
  const anySigns: fc.Arbitrary<RefusalSigns> = fc.record({
    aa: fc.boolean(),
    ra: fc.boolean(),
    tc: fc.boolean(),
    hasQuestion: fc.boolean(),
    byUdp: fc.boolean(),
    ede: fc.array(fc.record({ code: fc.nat(40), text: fc.string() }), { maxLength: 3 }),
    rttMs: fc.nat(2000),
    rd: fc.boolean(),
    ecs: fc.boolean(),
    type: fc.constantFrom(1, 15, 16, 28),
    operation: fc.constantFrom(undefined, 'AXFR', 'UPDATE'),
  });
  const anyMemory: fc.Arbitrary<History> = fc.record({
    answered: fc.nat(20),
    refused: fc.nat(20),
    sameAnswered: fc.boolean(),
    sameRefused: fc.boolean(),
    typesAnswered: fc.array(fc.nat(300), { maxLength: 3 }),
    typeAnsweredElsewhere: fc.nat(3),
    typeRefusedElsewhere: fc.nat(3),
    recanted: fc.nat(2),
    overruled: fc.nat(2),
    recurses: fc.boolean(),
    answersRecursively: fc.boolean(),
    codesElsewhere: fc.array(fc.constantFrom(-1, 18, 20), { maxLength: 3 }),
    isAuthoritative: fc.boolean(),
    quickestMs: fc.option(fc.nat(100), { nil: undefined }),
    load: fc.constantFrom(undefined, { busy: 0.5, calm: 0 }),
    identity: fc.constantFrom(undefined, '', 'ns7'),
    program: fc.constantFrom(undefined, 'BIND', 'dnsmasq', 'NSD', 'rcode5', 'Unbound'),
    localAnswered: fc.constantFrom(undefined, false, true),
    neutralRefused: fc.boolean(),
    byTcp: fc.constantFrom(undefined, 'answered', 'refused'),
    identityByTcp: fc.boolean(),
  });
  const anySiblings = fc.record({ count: fc.nat(3), refused: fc.nat(3) });
  const anyFacts = fc.record({ signs: anySigns, lately: anyMemory, siblings: anySiblings });

  it('always has a documented verdict with its evidence, and is never sure of an unknown', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { verdict, confidence, evidence } = inferReason(facts);
        expect(UPSTREAM_VERDICTS).to.include(verdict);
        expect(evidence).not.to.equal('');
        if (verdict === 'unknown') expect(confidence).to.equal('low');
      }),
    );
  });

  it('is sure only of what the server says itself, or of what its other answers show', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { signs, lately } = facts;
        const { confidence, verdict } = inferReason(facts);
        if (confidence !== 'high') return;
        const isSaid = signs.tc || signs.ede.length > 0;
        const isShown =
          lately.isAuthoritative ||
          lately.typesAnswered.length > 0 ||
          lately.identity !== undefined ||
          lately.overruled > 0 ||
          lately.refused >= 3;
        expect(isSaid || isShown, verdict).to.equal(true);
      }),
    );
  });
});
