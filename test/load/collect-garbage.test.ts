import { once } from 'node:events';
import { resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';

const THREADS = 3;
const TIMES = 30;

describe('load/release-memory, in threads', () => {
  it('collects in all threads at the same time: the flag that it needs is the same for all', async () => {
    const module = resolve('src/load/release-memory.ts');
    const text = `import('${module}').then(({ collectGarbage, collectAllGarbage }) => {
      for (let i = 0; i < ${TIMES}; i++) i % 10 === 0 ? collectAllGarbage() : collectGarbage();
    });`;
    const workers = Array.from({ length: THREADS }, () => new Worker(text, { eval: true }));
    const ended = await Promise.all(workers.map((worker) => once(worker, 'exit')));
    expect(ended.map(([code]) => code)).to.deep.equal([0, 0, 0]);
  });
});
