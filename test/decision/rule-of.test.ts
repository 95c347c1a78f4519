import { expect } from 'chai';
import { matchedOwner, ruleOf } from '../../src/decision/rule-of.ts';
import { VerdictTable } from '../../src/decision/verdict.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { asked } from '../world/asked.ts';
import { octets } from '../world/messages.ts';

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

  const blocks: readonly (readonly [string, string, string])[] = [
    ['client-ip', '192.0.2.0/24', '24.0.2.0.192.rpz-client-ip'],
    ['response-ip', '192.0.2.0/24', '24.0.2.0.192.rpz-ip'],
    ['response-ip', '203.0.113.7', '32.7.113.0.203.rpz-ip'],
    ['response-ip', '2001:db8:1::/48', '48.zz.1.db8.2001.rpz-ip'],
    ['response-ip', '::1', '128.1.zz.rpz-ip'],
    ['response-ip', '2001:db8:0:1:0:0:0:1', '128.1.zz.1.0.db8.2001.rpz-ip'],
    ['response-ip', '2001:0:0:1:0:0:1:1', '128.1.1.zz.1.0.0.2001.rpz-ip'],
    ['response-ip', '1:0:2:0:3:0:4:0', '128.0.4.0.3.0.2.0.1.rpz-ip'],
    ['client-ip', '8000::/1', '1.zz.8000.rpz-client-ip'],
    ['client-ip', 'a0::/16', '16.zz.a0.rpz-client-ip'],
  ];
  for (const [trigger, text, owner] of blocks) {
    it(`names ${owner} for a rule on ${text}`, () => {
      const query = asked('www.bad.example');
      const prefix = parsePrefix(text);
      Object.assign(query.match, { trigger, prefix, line: 42, depth: 1, wildcard: true });
      expect(matchedOwner(query)).to.equal(owner);
      expect(ruleOf(verdict(true), query)).to.include({ id: `feed/${owner}`, line: 42 });
    });
  }

  it('names the name behind an alias', () => {
    const query = asked('www.example');
    Object.assign(query.match, { name: asked('cdn.bad.example'), depth: 1, wildcard: true });
    expect(matchedOwner(query)).to.equal('*.bad.example');
  });

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
