import { expect } from 'chai';
import { CHANNEL_LIMITS } from '../../src/transport/channel-limits.ts';
import { StreamPool } from '../../src/transport/stream-pool.ts';

function setUp() {
  let count = 0;
  const closed: number[] = [];
  const pool = new StreamPool(
    () => {
      const number = ++count;
      return { number, isConnected: true, unsent: 0, close: () => closed.push(number) };
    },
    { ...CHANNEL_LIMITS, pipelined: 2 },
  );
  for (const id of [1, 0xffff, 8, 9]) pool.pick(id, 'usual', 0);
  return { pool, closed };
}

describe('transport/stream-pool, what was asked by a connection', () => {
  const messages = [
    { what: 'an answer', number: 1, id: 0xffff, wasAsked: true },
    { what: 'an answer to what another was asked', number: 1, id: 8, wasAsked: false },
    { what: 'what nobody has asked', number: 2, id: 10, wasAsked: false },
    { what: 'anything by one that is closed', number: 7, id: 10, wasAsked: true },
  ];
  for (const { what, number, id, wasAsked } of messages) {
    it(`is ${wasAsked ? '' : 'not '}fitted by ${what}`, () => {
      expect(setUp().pool.heard(number, id, 1)).to.equal(wasAsked);
    });
  }

  it('is known when it is answered once more, or when nobody waits for it any more', () => {
    const { pool, closed } = setUp();
    pool.heard(1, 1, 1);
    expect(pool.heard(1, 1, 2)).to.equal(true);
    pool.pick(3, 'alone', CHANNEL_LIMITS.linger);
    pool.tick(CHANNEL_LIMITS.linger + 1);
    expect(closed).to.deep.equal([1, 2]);
    expect(pool.heard(3, 3, 2 * CHANNEL_LIMITS.linger)).to.equal(true);
  });
});

describe('transport/stream-pool garbled', () => {
  it('closes the connection; what it had answered before counts', () => {
    const { pool, closed } = setUp();
    pool.heard(1, 1, 1);
    expect(pool.garbled(1, pool.heard(1, 10, 1))).to.equal(true);
    expect(pool.garbled(2, pool.heard(2, 8, 1)), 'this is no answer').to.equal(false);
    expect(closed).to.deep.equal([1, 2]);
    expect(pool.garbled(1, true), 'closed before').to.equal(false);
  });
});
