import { expect } from 'chai';
import { LAYERS } from '../../../src/decision/verdict.ts';
import { conclude } from '../../../src/diagnose/conclude.ts';
import { REFUSED, situation, visitOf } from '../visits.ts';

const VERDICT_OF: Readonly<Record<string, string>> = {
  protocol: 'type-policy',
  acl: 'client-acl',
  transfer: 'transfer',
  update: 'client-acl',
  notify: 'client-acl',
  'rate-limit': 'rate-limit',
  recursion: 'no-recursion',
  'special-use': 'name-policy',
  policy: 'name-policy',
  route: 'upstream',
  upstream: 'upstream',
  overload: 'failure',
};

function judge(code: number, text: string) {
  return conclude(situation(visitOf({ ask: { ...REFUSED, ede: [{ code, text }] } })));
}

describe('diagnose/rules/told', () => {
  for (const layer of LAYERS) {
    it(`takes the word of rcode5 for its layer ${layer}`, () => {
      const conclusion = judge(0, `${layer} some rule ref k3f9x-1`);
      expect(conclusion).to.include({ verdict: VERDICT_OF[layer], confidence: 'high' });
      expect(conclusion.summary).to.include(`layer ${layer},`).and.to.include('some rule');
      expect(conclusion.evidence.join()).to.include('rcode5 log FILE --ref k3f9x-1');
    });
  }

  const others = ['policy', 'a policy x ref y', 'nothing some rule ref k3f9x-1', 'acl ref k3f9x-1'];
  for (const text of others) {
    it(`does not take "${text}" for the word of rcode5`, () => {
      expect(judge(0, text).summary).to.not.include('says itself');
    });
  }
});
