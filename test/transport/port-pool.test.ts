import { expect } from 'chai';
import fc from 'fast-check';
import { CHANNEL_LIMITS } from '../../src/transport/channel-limits.ts';
import { type Port, PortPool } from '../../src/transport/port-pool.ts';

const LIMITS = { ...CHANNEL_LIMITS, ports: 2, queriesPerPort: 3, lingering: 3 };
const { life, linger } = LIMITS;

class PlayedPort implements Port {
  sent = 0;
  heardAt: number;
  isOpen = true;
  readonly number: number;
  readonly openedAt: number;

  constructor(number: number, openedAt: number) {
    this.number = number;
    this.openedAt = openedAt;
    this.heardAt = openedAt;
  }

  close(): void {
    expect(this.isOpen, 'closed once').to.equal(true);
    this.isOpen = false;
  }
}

function setUp() {
  const opened: PlayedPort[] = [];
  const pool = new PortPool((now) => {
    const port = new PlayedPort(opened.length + 1, now);
    opened.push(port);
    return port;
  }, LIMITS);
  const numbers = () => opened.filter(({ isOpen }) => isOpen).map(({ number }) => number);
  return { pool, opened, numbers };
}

describe('transport/port-pool', () => {
  it('opens a socket for each position when it is drawn, and no other', () => {
    const { pool, opened } = setUp();
    expect([0, 0, 1, 2, 3].map((random) => pool.pick(random, 0).number)).to.deep.equal([
      1, 1, 2, 1, 2,
    ]);
    expect(opened).to.have.lengthOf(2);
  });

  it('replaces a socket that was used up, and keeps it for answers', () => {
    const { pool, numbers } = setUp();
    const first = pool.pick(0, 0);
    first.sent = LIMITS.queriesPerPort;
    expect(pool.pick(0, 5).number).to.equal(2);
    expect(numbers()).to.deep.equal([1, 2]);
    pool.tick(5 + linger - 1);
    expect(numbers()).to.deep.equal([1, 2]);
    pool.tick(5 + linger);
    expect(numbers()).to.deep.equal([2]);
  });

  it('replaces a socket that is old, however little it was used', () => {
    const { pool } = setUp();
    pool.pick(0, 0);
    pool.tick(life - 1);
    expect(pool.pick(0, life - 1).number).to.equal(1);
    pool.tick(life);
    expect(pool.pick(0, life).number).to.equal(2);
  });

  it('keeps no more replaced sockets than it may: the oldest is closed', () => {
    const { pool, numbers } = setUp();
    for (let i = 0; i < 6; i++) pool.fresh(0, i);
    expect(numbers()).to.deep.equal([3, 4, 5, 6]);
  });

  it('retires a socket by which nothing came in the second half of the time', () => {
    const { pool } = setUp();
    const port = pool.pick(0, 0);
    port.heardAt = 1500;
    expect(pool.unanswered(1, 1000, 2000)).to.equal(true);
    expect(pool.pick(0, 2000).number).to.equal(2);
  });

  it('keeps one that has heard something since', () => {
    const { pool } = setUp();
    const port = pool.pick(0, 0);
    port.heardAt = 1501;
    expect(pool.unanswered(1, 1000, 2000)).to.equal(false);
    expect(pool.pick(0, 2000).number).to.equal(1);
  });

  it('retires the others too that are as silent, but none that was opened since', () => {
    const { pool } = setUp();
    pool.pick(0, 0);
    pool.pick(1, 1100);
    pool.unanswered(1, 1000, 3000);
    expect(pool.pick(1, 3000).number).to.equal(2);
    pool.unanswered(1, 1200, 3200);
    expect(pool.pick(1, 3200).number).to.equal(3);
  });

  it('retires one that was opened for the question itself, a moment after its time', () => {
    const { pool } = setUp();
    pool.pick(0, 1001);
    expect(pool.unanswered(1, 1000, 2000)).to.equal(true);
    expect(pool.pick(0, 2000).number).to.equal(2);
  });

  it('says of a socket that was retired before whether it is silent', () => {
    const { pool } = setUp();
    const port = pool.pick(0, 0);
    pool.fresh(0, 1);
    expect(pool.unanswered(1, 1000, 2000)).to.equal(true);
    port.heardAt = 1900;
    expect(pool.unanswered(1, 1000, 2000)).to.equal(false);
    expect(pool.unanswered(99, 1000, 2000)).to.equal(false);
  });

  it('says of a question by a socket that was retired for its silence that it is stuck', () => {
    const { pool } = setUp();
    const [first, second] = [pool.pick(0, 0), pool.pick(1, 0)];
    expect(pool.isStuck(2, 1500), 'in use').to.equal(false);
    pool.unanswered(1, 1000, 2000);
    expect(pool.isStuck(2, 1500)).to.equal(true);
    second.heardAt = 2100;
    expect(pool.isStuck(2, 1500), 'it has been heard').to.equal(false);
    pool.fresh(0, 2200);
    pool.fresh(0, 2300);
    expect(pool.isStuck(3, 2250), 'replaced for another reason').to.equal(false);
    expect(first.isOpen).to.equal(true);
  });

  it('says that a socket is outlived when all that are heard were opened later', () => {
    const { pool } = setUp();
    const [old, young] = [pool.pick(0, 0), pool.pick(1, 100)];
    expect(pool.isOutlived(1, 200), 'no other has been heard').to.equal(false);
    young.heardAt = 250;
    expect(pool.isOutlived(1, 200)).to.equal(true);
    expect(pool.isOutlived(1, 300), 'asked after that').to.equal(false);
    expect(pool.isOutlived(2, 200), 'the one that is heard').to.equal(false);
    expect(pool.isOutlived(99, 200), 'not in use').to.equal(false);
    old.heardAt = 260;
    expect(pool.isOutlived(1, 200), 'heard itself').to.equal(false);
    expect(pool.isOutlived(2, 255), 'an older one is heard: the question is slow').to.equal(false);
  });

  it('closes a socket that cannot send, and retires all when it could before', () => {
    const { pool, numbers } = setUp();
    pool.pick(0, 0).heardAt = 10;
    pool.pick(1, 0);
    pool.unsent(pool.pick(0, 20), 20);
    expect(numbers()).to.deep.equal([2]);
    expect(pool.pick(1, 20).number).to.equal(3);
  });

  it('closes only one that could never send', () => {
    const { pool, numbers } = setUp();
    pool.pick(0, 0);
    pool.unsent(pool.pick(1, 0), 20);
    expect(numbers()).to.deep.equal([1]);
    expect(pool.pick(0, 20).number).to.equal(1);
  });

  const random = fc.nat(9);
  const steps = fc.array(
    fc.oneof(
      fc.record({ does: fc.constant('pick' as const), random }),
      fc.record({ does: fc.constant('fresh' as const), random }),
      fc.record({ does: fc.constant('unanswered' as const), random }),
      fc.record({ does: fc.constant('unsent' as const), random }),
      fc.record({ does: fc.constant('wait' as const), random: fc.nat(20_000) }),
    ),
    { maxLength: 60 },
  );
  const does = {
    pick: (pool: PortPool<PlayedPort>, which: number, now: number) => pool.pick(which, now).sent++,
    fresh: (pool: PortPool<PlayedPort>, which: number, now: number) => pool.fresh(which, now),
    unanswered: (pool: PortPool<PlayedPort>, which: number, now: number) =>
      pool.unanswered(which, now - 2000, now),
    unsent: (pool: PortPool<PlayedPort>, which: number, now: number) =>
      pool.unsent(pool.pick(which, now), now),
    wait: (pool: PortPool<PlayedPort>, _time: number, now: number) => pool.tick(now),
  };

  it('has few sockets open whatever happens, and none when it is closed', () => {
    fc.assert(
      fc.property(steps, (list) => {
        const { pool, numbers } = setUp();
        let now = 0;
        for (const step of list) {
          if (step.does === 'wait') now += step.random;
          does[step.does](pool, step.random, now);
          expect(numbers().length).to.be.at.most(LIMITS.ports + LIMITS.lingering);
        }
        pool.close();
        expect(numbers()).to.deep.equal([]);
      }),
      { numRuns: 100 },
    );
  });
});
