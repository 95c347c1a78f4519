import { expect } from 'chai';
import { LAYER_FACTS, LAYERS } from '../../../src/decision/layers.ts';
import { conclude } from '../../../src/diagnose/conclude.ts';
import { REFUSED, situation, visitOf } from '../visits.ts';

function judge(code: number, text: string) {
  return conclude(situation(visitOf({ ask: { ...REFUSED, ede: [{ code, text }] } })));
}

describe('diagnose/rules/reported', () => {
  for (const layer of LAYERS) {
    it(`takes the word of rcode5 for its layer ${layer}`, () => {
      const conclusion = judge(0, `${layer} some rule ref k3f9x-1`);
      expect(conclusion).to.include({ verdict: LAYER_FACTS[layer].cause, confidence: 'high' });
      expect(conclusion.summary).to.include(`layer ${layer},`).and.to.include('some rule');
      expect(conclusion.evidence.join()).to.include('rcode5 log FILE --ref k3f9x-1');
    });
  }

  const others = ['policy', 'a policy x ref y', 'nothing some rule ref k3f9x-1', 'acl ref k3f9x-1'];
  for (const text of others) {
    it(`does not take "${text}" for the word of rcode5`, () => {
      expect(judge(0, text).summary).to.not.include('reports: ');
    });
  }
});
