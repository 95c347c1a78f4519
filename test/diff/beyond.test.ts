import { expect } from 'chai';
import { splitByBase } from '../../src/diff/beyond.ts';
import type { NameChange } from '../../src/diff/name-changes.ts';

const FATE = { layer: 'upstream', action: 'forward', rule: 'routes .', file: 'site.yaml' };
const REFUSED = { layer: 'acl', action: 'refuse', rule: 'acl.query default', file: 'site.yaml' };

function change(except: readonly string[], parts: Partial<NameChange> = {}): NameChange {
  return { names: ['*'], except, old: FATE, new: REFUSED, ...parts };
}

describe('diff/beyond', () => {
  const base = change(['*.home.arpa.', 'home.arpa.']);

  it('splits what takes in more single names', () => {
    const split = splitByBase([change(['*.home.arpa.'])], [base]);
    expect(split).to.deep.equal([base, change([], { names: ['home.arpa.'] })]);
  });

  it('is the base where it is the same', () => {
    expect(splitByBase([change(['*.home.arpa.', 'home.arpa.'])], [base])).to.deep.equal([base]);
  });

  const others: readonly (readonly [string, NameChange])[] = [
    ['takes in all below a name', change(['home.arpa.'])],
    ['takes in less', change(['*.home.arpa.', 'home.arpa.', 'example.'])],
    ['has other names', change(['*.home.arpa.'], { names: ['example.'] })],
    ['comes to something else', change(['*.home.arpa.'], { new: FATE })],
  ];
  for (const [what, other] of others) {
    it(`leaves alone what ${what}`, () => {
      expect(splitByBase([other], [base])).to.deep.equal([other]);
    });
  }
});
