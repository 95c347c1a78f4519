import { expect } from 'chai';
import fc from 'fast-check';
import { Coalescing } from '../../src/forward/coalescing.ts';
import type { PendingQuery } from '../../src/forward/pending-query.ts';
import { asked } from '../world/asked.ts';
import { collidingQueries, oldKeyCollisions } from '../world/collisions.ts';
import { exchange } from '../world/exchange.ts';
import { Flag } from '../world/messages.ts';

const VIEW = 0;

function names(first: PendingQuery | undefined): number[] {
  const found: number[] = [];
  for (let pending = first; pending !== undefined; pending = pending.next)
    found.push(pending.index);
  return found.sort((a, b) => a - b);
}

/** Two questions whose keys are the same, of which each can begin and end. */
const colliding = collidingQueries();
function joined() {
  const coalescing = new Coalescing();
  const { open } = exchange(64);
  const leaders: (PendingQuery | undefined)[] = [];
  return {
    /** Whether it waits with one that has begun before. */
    begin(which: 0 | 1): boolean {
      const pending = open(colliding[which]);
      const isJoined = coalescing.join(pending, colliding[which], VIEW);
      if (!isJoined) leaders[which] = pending;
      return isJoined;
    },
    end(which: 0 | 1): void {
      const leader = leaders[which];
      if (leader !== undefined) coalescing.leave(leader);
      leaders[which] = undefined;
    },
  };
}

describe('forward/coalescing', () => {
  const query = asked('www.example.com');

  it('lets the same question wait with the first that asked it', () => {
    const coalescing = new Coalescing();
    const { open } = exchange(4);
    const pendingQueries = [open(), open(asked('WWW.example.COM')), open()];
    expect(coalescing.join(pendingQueries[0]!, query, VIEW)).to.equal(false);
    expect(coalescing.join(pendingQueries[1]!, asked('WWW.example.COM'), VIEW)).to.equal(true);
    expect(coalescing.join(pendingQueries[2]!, query, VIEW)).to.equal(true);
    expect(names(coalescing.leave(pendingQueries[0]!))).to.deep.equal([1, 2]);
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
      const coalescing = new Coalescing();
      const { open } = exchange(4);
      expect(coalescing.join(open(), query, VIEW)).to.equal(false);
      expect(coalescing.join(open(other), other, view)).to.equal(false);
    });
  }

  it('does not let a question for another group wait with it', () => {
    const coalescing = new Coalescing();
    const [one, other] = [exchange(4), exchange(4)];
    expect(coalescing.join(one.open(), query, VIEW)).to.equal(false);
    expect(coalescing.join(other.open(), query, VIEW)).to.equal(false);
  });

  it('lets nobody join what has ended', () => {
    const coalescing = new Coalescing();
    const { open } = exchange(4);
    const pendingQueries = [open(), open(), open()];
    coalescing.join(pendingQueries[0]!, query, VIEW);
    expect(coalescing.leave(pendingQueries[0]!)).to.equal(undefined);
    expect(coalescing.join(pendingQueries[1]!, query, VIEW)).to.equal(false);
    // It has gone already, and takes nobody else with it.
    coalescing.leave(pendingQueries[0]!);
    expect(coalescing.join(pendingQueries[2]!, query, VIEW)).to.equal(true);
  });

  it('joins what is the same, whatever is asked between', () => {
    const coalescing = new Coalescing();
    const { open } = exchange(200);
    const [one, other] = colliding;
    expect(coalescing.join(open(one), one, VIEW)).to.equal(false);
    expect(coalescing.join(open(other), other, VIEW)).to.equal(false);
    for (let i = 0; i < 50; i++) {
      expect(coalescing.join(open(one), one, VIEW)).to.equal(true);
      expect(coalescing.join(open(other), other, VIEW)).to.equal(true);
    }
  });

  it('joins a question between those that had its place in an unkeyed table', () => {
    const coalescing = new Coalescing();
    const { open } = exchange(40);
    const victim = asked('www.victim.example');
    expect(coalescing.join(open(victim), victim, VIEW)).to.equal(false);
    for (const other of oldKeyCollisions(victim, 16)) {
      expect(coalescing.join(open(other), other, VIEW)).to.equal(false);
      expect(coalescing.join(open(victim), victim, VIEW)).to.equal(true);
    }
  });

  it('joins the questions that are left in a place, whichever of them has ended', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 60 }), (steps) => {
        const { begin, end } = joined();
        const isUnderWay = [false, false];
        for (const [isOther, isEnd] of steps) {
          const which = isOther ? 1 : 0;
          if (isEnd) end(which);
          else expect(begin(which)).to.equal(isUnderWay[which]);
          isUnderWay[which] = !isEnd;
        }
      }),
      { numRuns: 200 },
    );
  });

  it('lets one that waits withdraw, and the others wait on', () => {
    const coalescing = new Coalescing();
    const { open } = exchange(4);
    const all = [open(), open(), open(), open()] as const;
    for (const pending of all) coalescing.join(pending, query, VIEW);
    expect(coalescing.withdraw(all[2])).to.equal(undefined);
    expect(names(coalescing.leave(all[0]))).to.deep.equal([1, 3]);
  });

  it('has another go on when the first withdraws, which can be joined then', () => {
    const coalescing = new Coalescing();
    const { open } = exchange(5);
    const all = [open(), open(), open()] as const;
    for (const pending of all) coalescing.join(pending, query, VIEW);
    const successor = coalescing.withdraw(all[0])!;
    expect(all.slice(1)).to.include(successor);
    expect(coalescing.join(open(), query, VIEW)).to.equal(true);
    const others = [1, 2, 3].filter((index) => index !== successor.index);
    expect(names(coalescing.leave(successor))).to.deep.equal(others);
    expect(coalescing.join(open(), query, VIEW)).to.equal(false);
  });

  it('leaves nothing behind of one that withdraws alone', () => {
    const coalescing = new Coalescing();
    const { open } = exchange(2);
    const pending = open();
    coalescing.join(pending, query, VIEW);
    expect(coalescing.withdraw(pending)).to.equal(undefined);
    expect(coalescing.join(open(), query, VIEW)).to.equal(false);
  });

  it('has as much room as it needs', () => {
    const coalescing = new Coalescing();
    const { open, exchanges } = exchange(8192);
    for (let i = 0; i < 8192; i++) {
      const one = asked(`n${i}.example`);
      coalescing.join(open(one), one, VIEW);
    }
    expect(exchanges.inFlight).to.equal(8192);
  });
});
