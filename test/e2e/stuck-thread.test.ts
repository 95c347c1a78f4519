import { expect } from 'chai';
import { loadLibc } from '../../src/transport/libc.ts';
import { passOver } from '../world/needs.ts';
import { cleanUp, Program } from './processes.ts';

/** A main thread whose data thread sleeps in native code; its time passes a thousand times faster. */
const PROGRAM = `
import { Worker } from 'node:worker_threads';
import { DataThreads } from './src/server/data-threads.ts';
import { createLog } from './src/log.ts';
import { loadLibc } from './src/transport/libc.ts';
const began = performance.now();
const time = {
  now: () => (performance.now() - began) * 1000,
  cpuShare: () => 1,
  every: (_, look) => {
    const timer = setInterval(look, 1);
    return () => clearInterval(timer);
  },
  after: (_, act) => setTimeout(act, 5),
};
const STUCK = \`
  const { createRequire } = require('node:module');
  const koffi = createRequire(process.cwd() + '/')('koffi');
  koffi.load(null).func('int usleep(uint32_t)')(4e9);
\`;
const createWorker = () => new Worker(STUCK, { eval: true, execArgv: [] });
const host = { libc: loadLibc(), time, refPrefix: () => 'x', createWorker };
const threads = new DataThreads(host, { threads: 1 }, createLog());
try {
  await threads.start();
} catch (error) {
  process.stderr.write(error.message + '\\n');
  process.exitCode = 2;
}
`;

describe('e2e: a data thread that is stuck in native code', () => {
  after(cleanUp);

  it('does not keep the process when its start is given up', async function () {
    const libc = loadLibc();
    if (typeof libc === 'string') passOver(this, libc);
    const root = new URL('../..', import.meta.url).pathname;
    const program = new Program(process.execPath, ['--input-type=module', '-e', PROGRAM], root);
    expect(await program.ended, program.stderr).to.deep.equal({ code: 2, signal: null });
    expect(program.stderr).to.match(
      /^a data thread has made no progress for \d+ s while starting$/m,
    );
  });
});
