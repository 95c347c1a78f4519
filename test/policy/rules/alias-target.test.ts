import { expect } from 'chai';
import fc from 'fast-check';
import { type Action, type Rule, VerdictTable } from '../../../src/decision/verdict.ts';
import { aliasTarget, substitute, TOO_LONG } from '../../../src/policy/rules/alias-target.ts';
import type { RecordData } from '../../../src/wire/response.ts';
import { anyName } from '../../world/arbitraries.ts';
import { type AskedParts, asked } from '../../world/asked.ts';
import { Flag, name, octets, TYPE } from '../../world/messages.ts';

const RULE: Rule = { id: 'feed/', file: 'feed.rpz', line: 1, implicit: false };
const CNAME: RecordData = { type: TYPE.CNAME, ttl: 60, rdata: name('walled.example') };
const ADDRESS: RecordData = { type: TYPE.A, ttl: 60, rdata: Uint8Array.of(192, 0, 2, 1) };

function target(parts: AskedParts, records = [CNAME], action: Action = 'answer') {
  const verdict = new VerdictTable().add({
    layer: 'policy',
    action,
    rule: RULE,
    recordsOf: (entry) => (entry === 7 ? records : []),
  });
  const query = asked('www.example', parts);
  query.match.entry = 7;
  return aliasTarget(verdict, query);
}

describe('policy/alias-target', () => {
  it('asks for the alias of the rule that matched', () => {
    expect(target({})).to.deep.equal(name('walled.example'));
    expect(target({ type: TYPE.MX }, [ADDRESS, CNAME])).to.deep.equal(name('walled.example'));
  });

  const nothing: readonly (readonly [string, ReturnType<typeof target>])[] = [
    ['the rule has no alias', target({}, [ADDRESS])],
    ['the rule does something else', target({}, [CNAME], 'nxdomain')],
    ['the client asks for the alias itself', target({ type: TYPE.CNAME })],
    ['the client asks for whatever there is', target({ type: TYPE.ANY })],
    ['the client wants no recursion', target({ flags: 0 })],
    ['the query goes through as it is', target({ type: 252, flags: Flag.RD })],
  ];
  for (const [what, found] of nothing) {
    it(`asks for nothing when ${what}`, () => {
      expect(found).to.equal(undefined);
    });
  }

  it('puts the name in place of an asterisk', () => {
    const garden = name('*.garden.example');
    const placed = (owner: string) => substitute(garden, asked(owner));
    expect(placed('a.B.c')).to.deep.equal(name('a.b.c.garden.example'));
    expect(placed('.')).to.deep.equal(name('garden.example'));
    expect(substitute(name('*.'), asked('a'))).to.deep.equal(name('a'));
    expect(substitute(name('**.garden'), asked('a'))).to.deep.equal(name('**.garden'));
    expect(substitute(name('a.*.garden'), asked('a'))).to.deep.equal(name('a.*.garden'));
  });

  it('makes a name of 255 octets at most', () => {
    fc.assert(
      fc.property(anyName, anyName, (asterisk, owner) => {
        const whole = owner.length - 1 + asterisk.length;
        const placed = substitute(octets([1, 0x2a], asterisk), asked(owner));
        expect(placed === TOO_LONG).to.equal(whole > 255);
        if (placed !== TOO_LONG) expect(placed).to.have.length(whole);
      }),
    );
  });
});
