import { expect } from 'chai';
import {
  EVENTS,
  edeCodes,
  eventOf,
  isRecorded,
  type Outcome,
  type RecordLevel,
} from '../../src/decision/outcome.ts';
import { ACTIONS, builtIn, type VerdictSpec, VerdictTable } from '../../src/decision/verdict.ts';

function verdict(spec: Partial<VerdictSpec>) {
  return new VerdictTable().add({
    layer: 'policy',
    action: 'refuse',
    rule: builtIn('some rule'),
    ...spec,
  });
}

describe('decision/outcome', () => {
  const events: Readonly<Record<string, string>> = {
    refuse: 'refused',
    nxdomain: 'blocked',
    nodata: 'blocked',
    answer: 'blocked',
    drop: 'dropped',
    truncate: 'truncated',
    reject: 'answered',
    accept: 'answered',
    fail: 'failed',
    forward: 'answered',
  };
  it('makes an answer a record of the kind answered where no policy gives it', () => {
    for (const layer of ['local', 'special-use'] as const) {
      expect(eventOf(verdict({ layer, action: 'answer' }))).to.equal('answered');
      expect(eventOf(verdict({ layer, action: 'nxdomain' }))).to.equal('blocked');
    }
  });
  for (const action of ACTIONS) {
    it(`makes ${action} a record of the kind ${events[action]}`, () => {
      expect(eventOf(verdict({ action }))).to.equal(events[action]);
      expect(EVENTS).to.include(eventOf(verdict({ action })));
    });
  }

  const levels: readonly (readonly [RecordLevel, readonly string[]])[] = [
    ['refused', ['refused']],
    ['policy', ['refused', 'blocked', 'dropped', 'truncated', 'shadow', 'failed']],
    ['all', [...EVENTS]],
  ];
  for (const [level, expected] of levels) {
    it(`records at level ${level}: ${expected.join(', ')}`, () => {
      const recorded = EVENTS.filter((event) => isRecorded(event, level));
      expect(recorded).to.have.members([...expected]);
    });
  }

  const outcome = (parts: Partial<Outcome>) => parts as Outcome;

  it('tells the code of the verdict', () => {
    expect(edeCodes(outcome({ verdict: verdict({ ede: 15 }), refusal: undefined }))).to.deep.equal([
      15,
    ]);
    expect(edeCodes(outcome({ verdict: verdict({}), refusal: undefined }))).to.deep.equal([]);
  });

  it('tells the codes of the upstream in their place', () => {
    const refusal = {
      address: '192.0.2.1:53',
      rttMs: 1,
      aa: false,
      ra: true,
      tc: false,
      ede: [
        { code: 18, text: 'no' },
        { code: 24, text: '' },
      ],
      attempts: [],
      verdict: 'client-acl' as const,
      scope: 'server' as const,
      confidence: 'high' as const,
      evidence: 'EDE 18',
    };
    expect(edeCodes(outcome({ verdict: verdict({}), refusal }))).to.deep.equal([18, 24]);
  });
});
