import { expect } from 'chai';
import fc from 'fast-check';
import { FairShare } from '../../src/forward/fair-share.ts';
import { asked } from '../world/asked.ts';

const from = (...address: number[]) => asked('example', { address });
const from6 = (...address: number[]) => Object.assign(from(...address), { family: 6 });

describe('forward/fair-share', () => {
  it('has nobody to name when nothing is under way', () => {
    const shares = new FairShare(4);
    expect(shares.oldestOfMost()).to.equal(-1);
    shares.enter(2, from(1));
    shares.leave(2);
    expect(shares.oldestOfMost()).to.equal(-1);
  });

  it('names the oldest query of the client that has most', () => {
    const shares = new FairShare(8);
    const clients = [1, 2, 2, 3, 2];
    for (const [index, client] of clients.entries()) shares.enter(index, from(client));
    expect(shares.oldestOfMost()).to.equal(1);
    shares.leave(1);
    expect(shares.oldestOfMost()).to.equal(2);
  });

  it('names the one that has so many for the longest time, when several have', () => {
    const shares = new FairShare(8);
    for (const [index, client] of [1, 2, 3].entries()) shares.enter(index, from(client));
    expect(shares.oldestOfMost()).to.equal(0);
    shares.leave(0);
    expect(shares.oldestOfMost()).to.equal(1);
  });

  const clients = [
    { what: 'one IPv4 address is a client', one: from(1), other: from(1), isSame: true },
    { what: 'the next address is another', one: from(1), other: from(2), isSame: false },
    {
      what: 'an IPv6 /56 is a client',
      one: from6(0x20010db8, 0x100, 0, 1),
      other: from6(0x20010db8, 0x1ff, 9, 2),
      isSame: true,
    },
    {
      what: 'the next /56 is another',
      one: from6(0x20010db8, 0x100),
      other: from6(0x20010db8, 0x200),
      isSame: false,
    },
    { what: 'IPv6 is not IPv4', one: from(1), other: from6(1), isSame: false },
  ];
  for (const { what, one, other, isSame } of clients) {
    it(`counts by prefix: ${what}`, () => {
      const shares = new FairShare(4);
      shares.enter(0, from(77));
      shares.enter(1, one);
      shares.enter(2, other);
      expect(shares.oldestOfMost()).to.equal(isSame ? 1 : 0);
    });
  }

  /** What enters, by its client, or leaves, by its place among those that are there. */
  const anyStep = fc.record({ client: fc.nat(4), isEnd: fc.boolean(), which: fc.nat() });

  it('names what a search over all of them finds', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 80 }), (steps) => {
        const shares = new FairShare(16);
        const queries: { readonly index: number; readonly client: number }[] = [];
        for (const { client, isEnd, which } of steps) {
          const free = Array.from({ length: 16 }, (_, i) => i).find((i) => {
            return queries.every(({ index }) => index !== i);
          });
          if (isEnd || free === undefined) {
            const [gone] = queries.splice(which % Math.max(queries.length, 1), 1);
            if (gone !== undefined) shares.leave(gone.index);
          } else {
            shares.enter(free, from(client));
            queries.push({ index: free, client });
          }
          expectOldestOfMost(shares.oldestOfMost(), queries);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function expectOldestOfMost(
  named: number,
  queries: readonly { readonly index: number; readonly client: number }[],
): void {
  const countOf = (client: number) => queries.filter((other) => other.client === client).length;
  const most = Math.max(0, ...queries.map(({ client }) => countOf(client)));
  const oldest = queries.filter(({ client }, i) => {
    return countOf(client) === most && queries.findIndex((other) => other.client === client) === i;
  });
  if (queries.length === 0) expect(named).to.equal(-1);
  else expect(oldest.map(({ index }) => index)).to.include(named);
}
