import { expect } from 'chai';
import fc from 'fast-check';
import { FrameQueue } from '../../src/observe/frame-queue.ts';

/** Octets that there is room for, lengths included. */
const ROOM = 2 << 20;

describe('observe/frame-queue', () => {
  it('gives what was added, in its order, at the other end', () => {
    const queue = new FrameQueue();
    const other = new FrameQueue(queue.buffer);
    const octets = Buffer.from('one, two');
    queue.add(octets, 0, 3);
    queue.add(octets, 5, 8);
    queue.add(octets, 0, 0);
    expect([other.take(), other.take(), other.take()].map(String)).to.deep.equal([
      'one',
      'two',
      '',
    ]);
    expect(other.take()).to.equal(undefined);
    expect(other.dropped).to.equal(0);
  });

  it('drops what there is no room for, and counts it', () => {
    const queue = new FrameQueue();
    const half = Buffer.alloc(ROOM / 2 - 4, 'x');
    for (let i = 0; i < 2; i++) queue.add(half, 0, half.length);
    queue.add(half, 0, 0);
    expect(queue.dropped).to.equal(1);
    expect(queue.take()).to.deep.equal(half);
    queue.add(half, 0, half.length);
    expect([queue.take(), queue.take(), queue.take()]).to.deep.equal([half, half, undefined]);
    expect(queue.dropped).to.equal(1);
  });

  it('loses and changes nothing else, however often it goes round', () => {
    const step = fc.record({ length: fc.nat({ max: 300_000 }), takes: fc.nat({ max: 2 }) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 25 }), (steps) => {
        const queue = new FrameQueue();
        const kept: Buffer[] = [];
        for (const [number, { length, takes }] of steps.entries()) {
          const frame = Buffer.alloc(length, number + 1);
          const { dropped } = queue;
          queue.add(frame, 0, length);
          if (queue.dropped === dropped) kept.push(frame);
          for (const expected of kept.splice(0, takes)) {
            expect(queue.take()?.equals(expected)).to.equal(true);
          }
        }
        expect(queue.dropped + kept.length).to.be.at.most(steps.length);
      }),
      { numRuns: 10 },
    );
  });
});
