import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { Turn } from '../../src/observe/turn.ts';

const SOURCE = new URL('../../src/observe/turn.ts', import.meta.url).href;
const ROUNDS = 2000;

/** Adds to a number that other threads add to, in steps that they could come between. */
const PROGRAM = `
  import { workerData } from 'node:worker_threads';
  import { Turn } from '${SOURCE}';
  const turn = new Turn(workerData.turn);
  const numbers = new Int32Array(workerData.numbers);
  for (let i = 0; i < ${ROUNDS}; i++) {
    turn.take();
    const before = numbers[0];
    for (let wait = 0; wait < 50; wait++) numbers[1]++;
    numbers[0] = before + 1;
    turn.give();
  }
`;

describe('observe/turn', () => {
  it('is that of one thread at a time', async () => {
    const turn = new Turn();
    const numbers = new SharedArrayBuffer(8);
    const workers = [1, 2].map(() => {
      const url = new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`);
      return new Worker(url, { workerData: { turn: turn.buffer, numbers } });
    });
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
    expect(new Int32Array(numbers)[0]).to.equal(2 * ROUNDS);
  });

  it('can be taken again and again', () => {
    const turn = new Turn();
    for (let i = 0; i < 3; i++) {
      turn.take();
      turn.give();
    }
  });
});
