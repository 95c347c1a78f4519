import { expect } from 'chai';
import fc from 'fast-check';
import { CHANNEL_LIMITS } from '../../src/transport/channel-limits.ts';
import type { Manner } from '../../src/transport/channels.ts';
import { type Stream, StreamPool } from '../../src/transport/stream-pool.ts';

const LIMITS = { ...CHANNEL_LIMITS, streams: 3, transfers: 1, pipelined: 2 };
const { overdue, connect, idle, linger, transferIdle, unsent } = LIMITS;

class PlayedStream implements Stream {
  isConnected = true;
  unsent = 0;
  isOpen = true;
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }

  close(): void {
    expect(this.isOpen, 'closed once').to.equal(true);
    this.isOpen = false;
  }
}

function setUp() {
  const opened: PlayedStream[] = [];
  const pool = new StreamPool(() => {
    const stream = new PlayedStream(opened.length + 1);
    opened.push(stream);
    return stream;
  }, LIMITS);
  /** The number of the connection that a question leaves by. */
  const ask = (id: number, now: number, manner: Manner = 'usual') =>
    pool.pick(id, manner, now)?.number;
  const numbers = () => opened.filter(({ isOpen }) => isOpen).map(({ number }) => number);
  return { pool, opened, ask, numbers };
}

describe('transport/stream-pool pick', () => {
  it('pipelines a few questions on one connection, then opens another beside it', () => {
    const { ask } = setUp();
    expect([1, 2, 3, 4, 5].map((id) => ask(id, 0))).to.deep.equal([1, 1, 2, 2, 3]);
  });

  it('goes back to the first connection when that has answered', () => {
    const { pool, ask } = setUp();
    for (const id of [1, 2, 3]) ask(id, 0);
    pool.heard(1, 1, 5);
    expect(ask(4, 5)).to.equal(1);
  });

  it('takes the one on which fewest wait when as many are open as may be', () => {
    const { pool, ask } = setUp();
    for (let id = 1; id <= 6; id++) ask(id, 0);
    expect(ask(7, 0)).to.equal(1);
    pool.heard(2, 3, 1);
    pool.heard(2, 4, 1);
    expect([8, 9, 10].map((id) => ask(id, 1))).to.deep.equal([2, 2, 2]);
  });

  it('gives a connection company on which a question is overdue', () => {
    const { pool, ask } = setUp();
    expect(ask(1, 0)).to.equal(1);
    expect(ask(2, overdue)).to.equal(2);
    pool.heard(1, 1, overdue + 1);
    expect(ask(3, overdue + 1)).to.equal(1);
  });

  it('does not while answers to others come', () => {
    const { pool, ask } = setUp();
    ask(1, 0);
    ask(2, 0);
    pool.heard(1, 2, overdue - 1);
    expect(ask(3, overdue)).to.equal(1);
  });

  it('opens another for a question that wants a fresh one, up to the limit', () => {
    const { ask } = setUp();
    expect([1, 2, 3, 4].map((id) => ask(id, 0, 'fresh'))).to.deep.equal([1, 2, 3, 1]);
  });

  it('leaves a connection that its server does not read, and has none when it reads none', () => {
    const { opened, ask } = setUp();
    ask(1, 0);
    opened[0]!.unsent = unsent;
    expect(ask(2, 0)).to.equal(2);
    opened[1]!.unsent = unsent;
    expect(ask(3, 0)).to.equal(3);
    opened[2]!.unsent = unsent;
    expect(ask(4, 0)).to.equal(undefined);
  });

  it('gives a transfer a connection of its own, which nobody else is asked by', () => {
    const { ask } = setUp();
    expect(ask(1, 0, 'alone')).to.equal(1);
    expect(ask(2, 0)).to.equal(2);
    expect(ask(3, 0, 'alone')).to.equal(undefined);
  });
});

describe('transport/stream-pool isStuck', () => {
  it('is a question that waits behind another on a silent connection', () => {
    const { pool, ask } = setUp();
    ask(1, 0);
    ask(2, 10);
    expect(pool.isStuck(1, 1, 0), 'the one that the server is at').to.equal(false);
    expect(pool.isStuck(1, 2, 10)).to.equal(true);
    expect(ask(3, 20), 'the connection is known to be slow').to.equal(2);
  });

  const others = [
    { when: 'something has come since', act: (pool: StreamPool<Stream>) => pool.heard(1, 9, 11) },
    { when: 'the connection is not made yet', isConnected: false },
    { when: 'the connection is unknown', number: 7 },
  ];
  for (const { when, act, isConnected = true, number = 1 } of others) {
    it(`is none when ${when}`, () => {
      const { pool, opened, ask } = setUp();
      ask(1, 0);
      ask(2, 10);
      opened[0]!.isConnected = isConnected;
      act?.(pool);
      expect(pool.isStuck(number, 2, 10)).to.equal(false);
    });
  }
});

describe('transport/stream-pool unanswered', () => {
  it('retires a silent connection, which still hears late answers', () => {
    const { pool, ask, numbers } = setUp();
    ask(1, 0);
    expect(pool.unanswered(1, 0, 2000)).to.equal(true);
    expect(ask(2, 2000)).to.equal(2);
    pool.tick(2001);
    expect(numbers()).to.deep.equal([1, 2]);
    pool.heard(1, 1, 2500);
    pool.tick(2501);
    expect(numbers()).to.deep.equal([2]);
  });

  it('retires one that answered a question sent with this one, and has been mute since', () => {
    const { pool, ask } = setUp();
    ask(1, 0);
    ask(2, 1);
    pool.heard(1, 1, 5);
    expect(pool.unanswered(1, 1, 2001)).to.equal(true);
    expect(ask(3, 2001)).to.equal(2);
  });

  it('keeps one that is merely slow with one question', () => {
    const { pool, ask } = setUp();
    ask(1, 0);
    ask(2, 0);
    pool.heard(1, 2, 1900);
    expect(pool.unanswered(1, 0, 2000)).to.equal(false);
    expect(ask(3, 1950)).to.equal(1);
  });

  it('does not call a connection silent that was never made', () => {
    const { pool, opened, ask, numbers } = setUp();
    ask(1, 0);
    opened[0]!.isConnected = false;
    expect(pool.unanswered(1, 0, connect - 1)).to.equal(false);
    pool.tick(connect);
    expect(numbers()).to.deep.equal([1]);
    expect(pool.unanswered(1, 0, connect)).to.equal(false);
    expect(ask(2, connect)).to.equal(2);
  });

  it('keeps as many retired connections as there may be others: the oldest is closed', () => {
    const { pool, ask, numbers } = setUp();
    for (let i = 0; i < 5; i++) {
      const number = ask(i, i * 3000)!;
      pool.unanswered(number, i * 3000, i * 3000 + 2000);
    }
    expect(numbers()).to.deep.equal([3, 4, 5]);
    pool.tick(4 * 3000 + 2000 + linger);
    expect(numbers()).to.deep.equal([]);
  });
});

describe('transport/stream-pool ended', () => {
  it('learns after how many answers a server closes its connections', () => {
    const { pool, ask } = setUp();
    ask(1, 0);
    ask(2, 0);
    pool.heard(1, 1, 1);
    expect(pool.ended(1, true, 1)).to.equal(true);
    expect([3, 4, 5].map((id) => ask(id, 2))).to.deep.equal([2, 3, 4]);
    pool.heard(2, 3, 3);
    pool.tick(70_000);
    expect([6, 7].map((id) => ask(id, 70_000))).to.deep.equal([5, 5]);
  });

  it('says that nothing was answered, and learns nothing from that', () => {
    const { pool, ask } = setUp();
    ask(1, 0);
    expect(pool.ended(1, true, 1)).to.equal(false);
    expect(pool.ended(1, true, 1), 'one that is gone').to.equal(false);
    expect([2, 3].map((id) => ask(id, 2))).to.deep.equal([2, 2]);
  });
});

describe('transport/stream-pool tick', () => {
  it('closes a connection that is idle, and none on which a question waits', () => {
    const { pool, ask, numbers } = setUp();
    ask(1, 0);
    pool.tick(idle);
    expect(numbers()).to.deep.equal([1]);
    pool.heard(1, 1, idle);
    pool.tick(2 * idle - 1);
    expect(numbers()).to.deep.equal([1]);
    pool.tick(2 * idle);
    expect(numbers()).to.deep.equal([]);
  });

  it('forgets a question that was never answered', () => {
    const { pool, ask, numbers } = setUp();
    ask(1, 0);
    pool.tick(linger + 1);
    expect(numbers()).to.deep.equal([]);
  });

  it('lets a transfer take its time between two messages', () => {
    const { pool, ask, numbers } = setUp();
    ask(1, 0, 'alone');
    pool.heard(1, 1, 5);
    pool.tick(5 + transferIdle - 1);
    expect(numbers()).to.deep.equal([1]);
    pool.tick(5 + transferIdle);
    expect(numbers()).to.deep.equal([]);
  });
});

describe('transport/stream-pool, whatever happens', () => {
  type Played = ReturnType<typeof setUp>;
  const steps = fc.array(
    fc.record({
      does: fc.constantFrom(
        ...(['usual', 'usual', 'usual', 'fresh', 'alone'] as const),
        ...(['heard', 'unanswered', 'stuck', 'ended', 'wait'] as const),
      ),
      number: fc.nat(9),
      id: fc.nat(40),
      time: fc.nat(20_000),
    }),
    { maxLength: 80 },
  );
  type Step = typeof steps extends fc.Arbitrary<(infer E)[]> ? E : never;

  function play({ pool, ask, numbers }: Played, step: Step, now: number): void {
    const { does, number, id } = step;
    const isAsked = (manner: Manner) => {
      const asked = ask(id, now, manner);
      expect(numbers()).to.include(asked);
    };
    const acts = {
      usual: () => isAsked('usual'),
      fresh: () => isAsked('fresh'),
      alone: () => ask(id, now, 'alone'),
      heard: () => pool.heard(number, id, now),
      unanswered: () => pool.unanswered(number, now - 2000, now),
      stuck: () => pool.isStuck(number, id, now - 1),
      ended: () => pool.ended(number, true, now),
      wait: () => pool.tick(now),
    };
    acts[does]();
  }

  it('has few connections open, each question on an open one, and none when it is closed', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const played = setUp();
        let now = 0;
        for (const step of list) {
          if (step.does === 'wait') now += step.time;
          play(played, step, now);
          const most = 2 * LIMITS.streams + 2 * LIMITS.transfers;
          expect(played.numbers().length).to.be.at.most(most);
        }
        played.pool.close();
        expect(played.numbers()).to.deep.equal([]);
      }),
      { numRuns: 100 },
    );
  });
});
