import { expect } from 'chai';
import { Joins } from '../../src/forward/joins.ts';
import type { Slot } from '../../src/forward/slot.ts';
import { asked } from '../world/asked.ts';
import { exchange } from '../world/exchange.ts';
import { Flag } from '../world/messages.ts';

const VIEW = 0;

function names(first: Slot | undefined): number[] {
  const found: number[] = [];
  for (let slot = first; slot !== undefined; slot = slot.next) found.push(slot.index);
  return found.sort((a, b) => a - b);
}

describe('forward/joins', () => {
  const query = asked('www.example.com');

  it('lets the same question wait with the first that asked it', () => {
    const joins = new Joins();
    const { open } = exchange(4);
    const slots = [open(), open(asked('WWW.example.COM')), open()];
    expect(joins.join(slots[0]!, query, VIEW)).to.equal(false);
    expect(joins.join(slots[1]!, asked('WWW.example.COM'), VIEW)).to.equal(true);
    expect(joins.join(slots[2]!, query, VIEW)).to.equal(true);
    expect(names(joins.leave(slots[0]!))).to.deep.equal([1, 2]);
  });

  const others = [
    { what: 'another name', other: asked('www.example.org'), view: VIEW },
    { what: 'a longer name', other: asked('a.www.example.com'), view: VIEW },
    { what: 'another type', other: asked('www.example.com', { type: 28 }), view: VIEW },
    { what: 'DO', other: asked('www.example.com', { dnssecOk: true }), view: VIEW },
    { what: 'CD', other: asked('www.example.com', { flags: Flag.RD | Flag.CD }), view: VIEW },
    {
      what: 'another transport',
      other: asked('www.example.com', { transport: 'tcp' }),
      view: VIEW,
    },
    { what: 'another view', other: query, view: 1 },
  ];
  for (const { what, other, view } of others) {
    it(`does not let ${what} wait with it`, () => {
      const joins = new Joins();
      const { open } = exchange(4);
      expect(joins.join(open(), query, VIEW)).to.equal(false);
      expect(joins.join(open(other), other, view)).to.equal(false);
    });
  }

  it('does not let a question for another group wait with it', () => {
    const joins = new Joins();
    const [one, other] = [exchange(4), exchange(4)];
    expect(joins.join(one.open(), query, VIEW)).to.equal(false);
    expect(joins.join(other.open(), query, VIEW)).to.equal(false);
  });

  it('lets nobody join what has ended', () => {
    const joins = new Joins();
    const { open } = exchange(4);
    const slots = [open(), open(), open()];
    joins.join(slots[0]!, query, VIEW);
    expect(joins.leave(slots[0]!)).to.equal(undefined);
    expect(joins.join(slots[1]!, query, VIEW)).to.equal(false);
    // It has gone already, and takes nobody else with it.
    joins.leave(slots[0]!);
    expect(joins.join(slots[2]!, query, VIEW)).to.equal(true);
  });

  it('has as much room as it needs', () => {
    const joins = new Joins();
    const { open, exchanges } = exchange(8192);
    for (let i = 0; i < 8192; i++) {
      const one = asked(`n${i}.example`);
      joins.join(open(one), one, VIEW);
    }
    expect(exchanges.inFlight).to.equal(8192);
  });
});
