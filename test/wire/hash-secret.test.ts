import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { HASH_SECRET } from '../../src/wire/hash-secret.ts';

const MODULE = new URL('../../src/wire/hash-secret.ts', import.meta.url).href;

/** The secret of a thread that a thread has started. */
const SOURCE = `
  import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
  const { HASH_SECRET } = await import(workerData.module);
  if (workerData.left === 0) parentPort.postMessage([...HASH_SECRET]);
  else {
    const worker = new Worker(new URL(workerData.url), { workerData: { ...workerData, left: 0 } });
    worker.once('message', (words) => parentPort.postMessage(words));
  }
`;

describe('wire/hash-secret', () => {
  it('is the same in all threads of a process', async () => {
    const url = new URL(`data:text/javascript,${encodeURIComponent(SOURCE)}`);
    for (const left of [0, 1]) {
      const worker = new Worker(url, { workerData: { module: MODULE, url: url.href, left } });
      const [words] = await once(worker, 'message');
      expect(words).to.deep.equal([...HASH_SECRET]);
      await worker.terminate();
    }
  });

  it('is another one in each process', () => {
    const script = `console.log(String((await import('${MODULE}')).HASH_SECRET))`;
    const words = execFileSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(String(words).trim()).to.match(/^-?[0-9]+,-?[0-9]+$/);
    expect(String(words).trim()).to.not.equal(String(HASH_SECRET));
  });
});
