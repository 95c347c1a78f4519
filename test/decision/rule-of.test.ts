import { expect } from 'chai';
import { matchedOwner, ruleOf } from '../../src/decision/rule-of.ts';
import { VerdictTable } from '../../src/decision/verdict.ts';
import { asked } from '../asked.ts';
import { octets } from '../messages.ts';

const rule = { id: 'feed/', file: 'feed.rpz', line: 0, implicit: false, owner: 'secops' };

function verdict(named: boolean) {
  return new VerdictTable().add({ layer: 'policy', action: 'nxdomain', rule, named });
}

describe('decision/rule-of', () => {
  const cases: readonly (readonly [string, number, boolean, string])[] = [
    ['www.bad.example', 0, false, 'www.bad.example'],
    ['WWW.Bad.Example', 0, false, 'www.bad.example'],
    ['www.bad.example', 1, true, '*.bad.example'],
    ['www.bad.example', 3, true, '*'],
    ['.', 0, false, '.'],
  ];
  for (const [name, depth, wildcard, owner] of cases) {
    it(`names ${owner} for ${name} at label ${depth}`, () => {
      const query = asked(name);
      Object.assign(query.match, { depth, wildcard, line: 42, entry: 7 });
      expect(matchedOwner(query)).to.equal(owner);
      expect(ruleOf(verdict(true), query)).to.deep.equal({
        ...rule,
        id: `feed/${owner}`,
        line: 42,
      });
    });
  }

  it('escapes what is not plain in a name', () => {
    const query = asked(octets([3, 0x2e, 0x20, 0xff, 1, 0x22], [0]));
    Object.assign(query.match, { depth: 0, wildcard: false });
    expect(matchedOwner(query)).to.equal('\\.\\032\\255.\\"');
  });

  it('keeps a dot that is a part of the last label', () => {
    const query = asked(octets([2, 0x61, 0x2e], [0]));
    Object.assign(query.match, { depth: 0, wildcard: false });
    expect(matchedOwner(query)).to.equal('a\\.');
  });

  it('is the rule itself when the verdict stands for one', () => {
    const query = asked('www.bad.example');
    Object.assign(query.match, { depth: 1, wildcard: true, line: 42 });
    expect(ruleOf(verdict(false), query)).to.equal(rule);
  });
});
