import { expect } from 'chai';
import { ThreadStep } from '../../src/server/thread-progress.ts';
import { fateOf, STARTING_STEPS, snapshot, ThreadStage } from '../world/fake-thread.ts';

describe('the restart of a data thread', () => {
  async function ended(): Promise<ThreadStage> {
    const stage = new ThreadStage();
    await stage.serving();
    stage.workers[0]!.end(new Error('heap'));
    await stage.time.pass(1);
    expect(stage.workers).to.have.lengthOf(2);
    return stage;
  }

  it('waits for a thread as long as it makes progress', async () => {
    const stage = await ended();
    for (const step of STARTING_STEPS) {
      stage.workers[1]!.enter(step);
      await stage.time.pass(55);
    }
    stage.serve(1);
    await stage.time.pass(100);
    expect(stage.workers).to.have.lengthOf(2);
    expect(stage.threads.numbers).to.have.lengthOf(2);
    expect(stage.threads.restarts).to.equal(1);
    expect(stage.log.slice(0, 2)).to.deep.equal([
      'a data thread failed: heap',
      'a data thread has ended; it is started again',
    ]);
    expect(stage.log.slice(2).join('\n')).to.match(/is still .* it is waited for/);
  });

  it('asks one that stands still to end, and has another when that one has ended', async () => {
    const stage = await ended();
    stage.workers[1]!.enter(ThreadStep.LOADING);
    await stage.time.pass(300);
    expect(stage.workers).to.have.lengthOf(2);
    expect(stage.workers[1]!.progress.isAskedToEnd).to.equal(true);
    expect(stage.log.at(-1)).to.match(
      /^a data thread does not start again: .*no progress for \d+ s while loading the program; it is tried again$/,
    );
    stage.workers[1]!.end();
    await stage.time.pass(10);
    expect(stage.workers).to.have.lengthOf(3);
    stage.serve(2);
    expect(stage.threads.numbers).to.have.lengthOf(2);
  });
});

describe('a reload in data threads', () => {
  it('waits for a thread as long as it makes progress', async () => {
    const stage = new ThreadStage(2);
    await stage.serving();
    const using = stage.threads.use(snapshot('second'), []);
    stage.workers[0]!.report({ kind: 'used', number: 1 });
    for (const step of [ThreadStep.COMPILING, ThreadStep.SERVING]) {
      await stage.time.pass(55);
      stage.workers[1]!.enter(step);
    }
    expect(await fateOf(using)).to.equal('waits');
    stage.workers[1]!.report({ kind: 'used', number: 1 });
    expect(await fateOf(using)).to.equal('resolved');
    expect(stage.log.every((line) => line.includes('it is waited for'))).to.equal(true);
  });

  it('goes on without a thread that stands still, which takes it over later', async () => {
    const stage = new ThreadStage();
    await stage.serving();
    const using = stage.threads.use(snapshot('second'), []);
    stage.workers[0]!.enter(ThreadStep.COMPILING);
    await stage.time.pass(61);
    expect(await fateOf(using)).to.equal('resolved');
    expect(stage.log.at(-1)).to.match(
      /^reload: .*while compiling the configuration; it takes the configuration over when it goes on$/,
    );
    // It was not asked to end, and its late report is not taken for the next one.
    expect(stage.workers[0]!.kinds).to.deep.equal(['use']);
    const next = stage.threads.use(snapshot('third'), []);
    stage.workers[0]!.report({ kind: 'used', number: 1 });
    expect(await fateOf(next)).to.equal('waits');
    stage.workers[0]!.report({ kind: 'used', number: 2 });
    expect(await fateOf(next)).to.equal('resolved');
  });

  it('is sent to a thread that starts, before that one serves', async () => {
    const stage = new ThreadStage();
    const starting = stage.threads.start();
    const using = stage.threads.use(snapshot('second'), []);
    stage.threads.refresh([]);
    stage.threads.steer([1]);
    expect(stage.workers[0]!.kinds).to.deep.equal(['use', 'refresh', 'steer']);
    stage.serve(0);
    await starting;
    expect(await fateOf(using)).to.equal('waits');
    stage.workers[0]!.report({ kind: 'used', number: 1 });
    expect(await fateOf(using)).to.equal('resolved');
  });

  it('reaches the thread that takes the place of one that has ended over it', async () => {
    const stage = new ThreadStage();
    await stage.serving();
    const using = stage.threads.use(snapshot('second'), []);
    stage.workers[0]!.end();
    await using;
    await stage.time.pass(1);
    expect(stage.workers[1]!.start.snapshot).to.deep.equal(snapshot('second'));
    expect(stage.log).to.include(
      'reload: a data thread has ended while serving; the thread in its place has the configuration from its start',
    );
  });
});
