import { expect } from 'chai';
import { ACTIONS, builtIn, VerdictTable } from '../../src/decision/verdict.ts';
import { ede } from '../world/messages.ts';

const rule = builtIn('some rule');

describe('decision/verdict', () => {
  const rcodes: Readonly<Record<string, number>> = {
    refuse: 5,
    nxdomain: 3,
    nodata: 0,
    answer: 0,
    drop: 0,
    truncate: 0,
    reject: 1,
    accept: 0,
    fail: 2,
    forward: 0,
  };
  for (const action of ACTIONS) {
    it(`says rcode ${rcodes[action]} by ${action}`, () => {
      const verdict = new VerdictTable().add({ layer: 'acl', action, rule });
      expect(verdict.rcode).to.equal(rcodes[action]);
    });
  }

  it('has RA=1, AA=0 and nothing to tell, unless it is told so', () => {
    const verdict = new VerdictTable().add({ layer: 'acl', action: 'refuse', rule });
    expect(verdict).to.deep.include({
      recursionAvailable: true,
      authoritative: false,
      explained: false,
      named: false,
      edeOption: new Uint8Array(0),
    });
    const more = { rcode: 9, recursionAvailable: false, authoritative: true, explained: true };
    expect(
      new VerdictTable().add({ layer: 'notify', action: 'reject', rule, ...more }),
    ).to.deep.include(more);
  });

  it('has the octets of its error ready', () => {
    const verdict = new VerdictTable().add({ layer: 'acl', action: 'refuse', rule, ede: 18 });
    expect(verdict.edeOption).to.deep.equal(ede(18));
  });

  it('is numbered in its table, and frozen', () => {
    const table = new VerdictTable();
    const made = ['refuse', 'drop'] as const;
    const verdicts = made.map((action) => table.add({ layer: 'acl', action, rule }));
    expect(verdicts.map(({ index }) => index)).to.deep.equal([0, 1]);
    expect(table.verdicts).to.deep.equal(verdicts);
    for (const verdict of verdicts) {
      expect(verdict).to.be.frozen;
      expect(() => Object.assign(verdict, { rcode: 0 })).to.throw(TypeError);
    }
  });

  it('calls a rule that nobody wrote built-in', () => {
    expect(builtIn('x')).to.deep.equal({ id: 'x', file: '<built-in>', line: 0, implicit: false });
    expect(builtIn('x', true).implicit).to.equal(true);
  });
});
