import { expect } from 'chai';
import { ThreadStep } from '../../src/server/thread-progress.ts';
import { fateOf, STARTING_STEPS, ThreadStage, WAKE_FD } from '../world/fake-thread.ts';

describe('the start of data threads', () => {
  it('waits for a thread as long as it makes progress', async () => {
    const stage = new ThreadStage();
    const starting = stage.threads.start();
    for (const step of STARTING_STEPS) {
      await stage.time.pass(55);
      stage.workers[0]!.enter(step);
      expect(await fateOf(starting)).to.equal('waits');
    }
    stage.serve(0);
    expect(await fateOf(starting)).to.equal('resolved');
    expect(stage.workers[0]!.messages).to.deep.equal([]);
  });

  it('waits longer on a host that gives a thread a tenth of a CPU', async () => {
    const stage = new ThreadStage();
    const starting = stage.threads.start();
    stage.time.share = 0.1;
    await stage.time.pass(590);
    expect(await fateOf(starting)).to.equal('waits');
    await stage.time.pass(15);
    expect(await fateOf(starting)).to.contain('no progress for 600 s while starting');
  });

  it('does not count time in which the main thread did not run', async () => {
    const stage = new ThreadStage();
    const starting = stage.threads.start();
    stage.time.jump(3600);
    expect(await fateOf(starting)).to.equal('waits');
    stage.serve(0);
    expect(await fateOf(starting)).to.equal('resolved');
  });

  it('logs now and then what is waited for', async () => {
    const stage = new ThreadStage(1);
    const starting = stage.threads.start();
    stage.workers[0]!.enter(ThreadStep.LOADING);
    await stage.time.pass(5);
    stage.time.share = 0.25;
    stage.workers[0]!.enter(ThreadStep.COMPILING);
    await stage.time.pass(30);
    stage.serve(0);
    await starting;
    const load = ' (a thread gets 25% of a CPU here)';
    expect(stage.log).to.deep.equal([
      'a data thread is still loading the program after 5 s; it is waited for',
      `a data thread is still compiling the configuration after 10 s; it is waited for${load}`,
      `a data thread is still compiling the configuration after 20 s; it is waited for${load}`,
    ]);
  });

  const standing = [
    { step: ThreadStep.STARTING, doing: 'starting', expect: 'room for threads' },
    { step: ThreadStep.LOADING, doing: 'loading the program', expect: 'files' },
    { step: ThreadStep.LOADING_NATIVE, doing: 'loading native code', expect: 'threads: 0' },
    { step: ThreadStep.COMPILING, doing: 'compiling the configuration', expect: 'memory' },
    { step: ThreadStep.LISTENING, doing: 'opening its sockets', expect: 'threads: 0' },
  ] as const;
  for (const { step, doing, expect: hint } of standing) {
    it(`names the step of a thread that stands still while ${doing}`, async () => {
      const stage = new ThreadStage();
      const starting = stage.threads.start();
      if (step !== ThreadStep.STARTING) stage.workers[0]!.enter(step);
      const fate = starting.catch((error: unknown) => error);
      await stage.time.pass(70);
      const error = (await fate) as Error & { expect: string };
      expect(error.message).to.match(
        new RegExp(`^a data thread has made no progress for 6[01] s while ${doing}$`),
      );
      expect(error.expect).to.contain(hint);
    });
  }

  it('asks a thread that stands still to end, and others to do so too', async () => {
    const stage = new ThreadStage(2);
    const fate = stage.threads.start().catch((error: Error) => error.message);
    stage.serve(0);
    await stage.time.pass(61);
    const [serving, late] = stage.workers;
    for (const worker of [serving!, late!]) {
      expect(worker.kinds).to.deep.equal(['stop']);
      expect(worker.progress.isAskedToEnd).to.equal(true);
    }
    expect(stage.written).to.have.members([WAKE_FD, WAKE_FD + 1]);
    serving!.end();
    late!.end();
    expect(await fate).to.contain('no progress');
    expect(stage.closed).to.have.members([WAKE_FD, WAKE_FD + 1]);
    expect([serving!.isLeftBehind, late!.isLeftBehind]).to.deep.equal([false, false]);
  });

  it('lets the process end without a thread that does not end', async () => {
    const stage = new ThreadStage();
    const fate = stage.threads.start().catch((error: Error) => error.message);
    await stage.time.pass(70);
    expect(await fate).to.contain('no progress');
    expect(stage.workers[0]!.isLeftBehind).to.equal(true);
    expect(await fateOf(stage.threads.stop())).to.equal('resolved');
  });

  const failures = [
    {
      when: 'its memory has run out',
      failure: Object.assign(new Error('heap'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }),
      message: 'a data thread has ended while compiling the configuration: heap',
      expect: 'more memory, or fewer threads',
    },
    {
      when: 'it throws',
      failure: new Error('koffi does not load'),
      message: 'a data thread has ended while compiling the configuration: koffi does not load',
      expect: 'threads: 0 to work',
    },
  ];
  for (const { when, failure, message, expect: hint } of failures) {
    it(`says why a thread has ended when ${when}`, async () => {
      const stage = new ThreadStage();
      const fate = stage.threads.start().catch((error: unknown) => error);
      stage.workers[0]!.enter(ThreadStep.COMPILING);
      stage.workers[0]!.end(failure);
      expect(await fate).to.include({ message, expect: hint });
    });
  }

  it('says so when the system has no room for a thread', async () => {
    const stage = new ThreadStage();
    const code = 'ERR_WORKER_INIT_FAILED';
    stage.refusal = Object.assign(new Error('Worker initialization failure: EAGAIN'), { code });
    const error = await stage.threads.start().catch((reason: unknown) => reason);
    expect(error).to.include({
      message: 'a data thread has ended while starting: Worker initialization failure: EAGAIN',
      expect: 'a host that has room for threads: see its limits of tasks and memory',
    });
    expect(stage.closed).to.deep.equal([WAKE_FD]);
  });

  it('is given up when the server is closed meanwhile', async () => {
    const stage = new ThreadStage();
    const fate = stage.threads.start().catch((error: Error) => error.message);
    stage.workers[0]!.enter(ThreadStep.LOADING_NATIVE);
    const stopping = stage.threads.stop();
    expect(await fateOf(stopping)).to.equal('waits');
    expect(stage.workers[0]!.progress.isAskedToEnd).to.equal(true);
    stage.workers[0]!.end();
    expect(await fateOf(stopping)).to.equal('resolved');
    expect(await fate).to.equal('a data thread has ended while loading native code');
  });
});
