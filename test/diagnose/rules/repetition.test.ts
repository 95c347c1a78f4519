import { expect } from 'chai';
import { conclude } from '../../../src/diagnose/conclude.ts';
import type { BurstCount, Probe } from '../../../src/diagnose/probe.ts';
import { NO_ANSWER, probe, REFUSED, situation, visitOf } from '../visits.ts';

const NONE: BurstCount = { sent: 20, answered: 20, refused: 0, truncated: 0, silent: 0 };
const CUT = { tc: true, answers: 0 };

describe('diagnose/rules/repetition of a burst', () => {
  const cases: readonly {
    when: string;
    count: Partial<BurstCount>;
    after?: Partial<Probe>;
    verdict: string;
    confidence: string;
  }[] = [
    { when: 'all is answered', count: {}, verdict: 'no-refusal', confidence: 'high' },
    {
      when: 'a few are silent',
      count: { answered: 17, silent: 3 },
      verdict: 'no-refusal',
      confidence: 'high',
    },
    {
      when: 'many are refused, and then one is answered',
      count: { answered: 5, refused: 15 },
      verdict: 'rate-limit',
      confidence: 'high',
    },
    {
      when: 'some are truncated, and one still is afterwards',
      count: { answered: 10, truncated: 10 },
      after: CUT,
      verdict: 'rate-limit',
      confidence: 'high',
    },
    {
      when: 'many are refused, and one is refused afterwards',
      count: { answered: 5, refused: 15 },
      after: REFUSED,
      verdict: 'rate-limit',
      confidence: 'medium',
    },
    {
      when: 'many are silent',
      count: { answered: 5, silent: 15 },
      verdict: 'rate-limit',
      confidence: 'medium',
    },
    {
      when: 'all are refused, before and after',
      count: { answered: 0, refused: 20 },
      after: REFUSED,
      verdict: 'no-refusal',
      confidence: 'high',
    },
  ];
  for (const { when, count, after = {}, verdict, confidence } of cases) {
    it(`finds ${verdict} when ${when}`, () => {
      const burst = probe('burst', { burst: { ...NONE, ...count } });
      const visit = [...visitOf({}), burst, probe('after', after)];
      expect(conclude(situation(visit))).to.include({ verdict, confidence });
    });
  }
});

describe('diagnose/rules/repetition of one question', () => {
  const twice = (nodes: readonly string[]) => [
    ...visitOf({ plain: { ...REFUSED, nsid: nodes[0]! } }),
    probe('plain', { again: true, nsid: nodes[1]! }),
  ];

  it('names the nodes of one address that do not agree', () => {
    const conclusion = conclude(situation(twice(['ns1', 'ns2'])));
    expect(conclusion).to.include({ verdict: 'unknown', confidence: 'low' });
    expect(conclusion.evidence).to.include('NSID: ns1, ns2');
  });

  it('does not know what one node means that changes its mind', () => {
    const { summary } = conclude(situation(twice(['ns1', 'ns1'])));
    expect(summary).to.include('several nodes that do not agree, or a limit of rates');
  });

  it('looks at all of the answers, not at silence, to say that nobody is there', () => {
    const visit = visitOf({ ask: NO_ANSWER, tcp: NO_ANSWER, plain: NO_ANSWER });
    expect(conclude(situation(visit)).verdict).to.not.equal('dead');
  });
});
