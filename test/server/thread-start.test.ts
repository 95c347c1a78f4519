import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Loops } from '../../src/forward/loops.ts';
import { takeSnapshot } from '../../src/load/snapshot.ts';
import { silentLog } from '../../src/log.ts';
import { LogShare } from '../../src/observe/log-share.ts';
import { TokenBuckets } from '../../src/policy/access/token-buckets.ts';
import { DataThreads } from '../../src/server/data-threads.ts';
import { thisHost } from '../../src/server/host-time.ts';
import { createWorker, type ThreadHost } from '../../src/server/started-thread.ts';
import { ThreadProgress, ThreadStep } from '../../src/server/thread-progress.ts';
import { type Libc, loadLibc } from '../../src/transport/libc.ts';
import { findPort } from '../e2e/peers.ts';
import { ask } from '../e2e/sockets.ts';
import { passOver } from '../world/needs.ts';

const NXDOMAIN = 3;
const REFUSE = 'acl: { query: { 127.0.0.1: refuse } }\n';
const DENY = 'policies: [{ name: house, rules: { "*.example": nxdomain } }]\n';

/** Threads as they are, without a server around them. */
describe('a data thread that starts', () => {
  let folder: string;
  let libc: Libc;
  before(function () {
    const loaded = loadLibc();
    if (typeof loaded === 'string') return passOver(this, loaded);
    libc = loaded;
    folder = mkdtempSync(join(tmpdir(), 'rcode5-threads-'));
    return undefined;
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  function snapshot(text: string) {
    const common = 'node: ns1\nthreads: 1\ndecisionLog: { to: decisions.log }\n';
    const upstreams = 'upstreams: { default: { servers: ["127.0.0.1:1"] } }\n';
    return takeSnapshot({
      file: join(folder, 'site.yaml'),
      environment: {},
      text: `${common}${upstreams}${text}`,
    }).snapshot;
  }

  function createThreads(port: number, create: ThreadHost['createWorker']): DataThreads {
    const common = {
      snapshot: snapshot(REFUSE),
      endpoints: [{ address: '127.0.0.1', port }],
      threads: 1,
      others: [0],
      servers: [],
      log: new LogShare().buffer,
      loops: new Loops().buffer,
      buckets: new TokenBuckets().buffer,
      pauses: [],
      capacity: 64,
    };
    const host = { libc, time: thisHost, refPrefix: () => 'x', createWorker: create };
    return new DataThreads(host, common, silentLog());
  }

  for (const [name, step] of Object.entries(ThreadStep)) {
    it(`ends by itself when it is asked to at ${name}`, async () => {
      let code: number | undefined;
      const threads = createThreads(await findPort(), (start) => {
        const worker = createWorker(start);
        worker.once('exit', (exitCode: number) => {
          code = exitCode;
        });
        const progress = new ThreadProgress(start.progress);
        const look = setInterval(() => {
          if (progress.step < step) return;
          clearInterval(look);
          void threads.stop();
        });
        return worker;
      });
      await threads.start().catch(() => {});
      await threads.stop();
      expect(code).to.equal(0);
    });
  }

  it('takes the messages that came meanwhile before it answers', async () => {
    const port = await findPort();
    const threads = createThreads(port, createWorker);
    const starting = threads.start();
    const using = threads.use(snapshot(DENY), []);
    let rcode: number | undefined;
    while (rcode === undefined) rcode = await ask(port, 'www.example');
    expect(rcode).to.equal(NXDOMAIN);
    await Promise.all([starting, using]);
    await threads.stop();
  });
});
