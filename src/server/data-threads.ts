/** The data threads, seen from the main thread: started, sent messages, restarted, stopped. */

import type { PauseSpec } from '../decision/pauses.ts';
import type { KnownUpstream } from '../forward/upstream.ts';
import type { Snapshot } from '../load/snapshot.ts';
import type { Logger } from '../log.ts';
import type { ThreadNumbers } from '../observe/thread-numbers.ts';
import type { FromThread, ToThread } from './data-thread.ts';
import { type CommonStart, StartedThread, type ThreadHost } from './started-thread.ts';
import { StandstillError } from './thread-errors.ts';

/** Milliseconds before a thread that has ended by itself is started again, first and at most. */
const RESTART_MS = 200;
const LONGEST_RESTART_MS = 10_000;
/** Milliseconds that a thread which was given up gets to end before the process ends. */
const GRACE_MS = 5000;

export class DataThreads {
  /** Threads that ended by themselves and were started again. */
  restarts = 0;
  /** Called when one of them has got a NOTIFY from a primary for a policy. */
  notified: (policy: string) => void = () => {};
  readonly #host: ThreadHost;
  readonly #log: Logger;
  /** Those that serve or start; one that starts takes its messages before its first query. */
  readonly #threads: StartedThread[] = [];
  /** Those that were given up and have not ended yet. */
  readonly #late: Set<StartedThread> = new Set();
  readonly #retired: ThreadNumbers[] = [];
  #requests = 0;
  #common: CommonStart;
  #stopped: Promise<void> | undefined;

  constructor(host: ThreadHost, common: CommonStart, log: Logger) {
    this.#host = host;
    this.#common = common;
    this.#log = log;
  }

  /** Numbers of all threads that serve or have served. */
  get numbers(): readonly ThreadNumbers[] {
    const serving = this.#threads.filter(({ isServing }) => isServing);
    return [...serving.map(({ numbers }) => numbers), ...this.#retired];
  }

  /** Starts the threads; rejects with what stands in the way of one, a StartError. */
  async start(): Promise<void> {
    const starting = Array.from({ length: this.#common.threads }, () => this.#startOne());
    const results = await Promise.allSettled(starting);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    await this.stop();
    throw failed.reason;
  }

  /** Has all threads serve by another snapshot; resolves when they do. */
  async use(snapshot: Snapshot, servers: readonly KnownUpstream[]): Promise<void> {
    this.#common = { ...this.#common, snapshot, servers };
    const number = ++this.#requests;
    const use = async (thread: StartedThread) => {
      const used = this.#until(thread, (one) => one.kind === 'used' && one.number === number);
      thread.send({ kind: 'use', number, snapshot, servers });
      await used.catch((error: Error) => {
        if (this.#stopped !== undefined) return;
        const next =
          error instanceof StandstillError
            ? 'it takes the configuration over when it goes on'
            : 'the thread in its place has the configuration from its start';
        this.#log.error(`reload: ${error.message}; ${next}`);
      });
    };
    await Promise.all(this.#threads.map(use));
  }

  /** Has all threads read the files that name servers again. */
  refresh(servers: readonly KnownUpstream[]): void {
    this.#common = { ...this.#common, servers };
    this.#sendAll({ kind: 'refresh', servers });
  }

  /** Who is not judged by policies from now on, in all threads. */
  pause(pauses: readonly PauseSpec[]): void {
    this.#common = { ...this.#common, pauses };
    this.#sendAll({ kind: 'pause', pauses });
  }

  /** Has all threads forget what they keep for a name and for all names below it. */
  flush(name: Uint8Array): void {
    this.#sendAll({ kind: 'flush', name });
  }

  /** Reports to all threads how many sockets other processes have at each endpoint. */
  steer(others: readonly number[]): void {
    this.#common = { ...this.#common, others };
    this.#sendAll({ kind: 'steer', others });
  }

  /** Has all threads give back what they do not need; they serve nothing meanwhile. */
  settle(): void {
    this.#sendAll({ kind: 'settle' });
  }

  /** Has all threads open the decision log anew; resolves with whether all of them did. */
  async reopenLogs(): Promise<boolean> {
    const number = ++this.#requests;
    const reopen = async (thread: StartedThread) => {
      const reopened = this.#until(thread, (message) => {
        return message.kind === 'reopened' && message.number === number;
      });
      thread.send({ kind: 'reopen', number });
      return reopened.then(
        (message) => message.kind === 'reopened' && message.ok,
        // One that did not get as far as to serve writes to no file at all.
        () => !thread.isServing,
      );
    };
    const results = await Promise.all(this.#threads.map(reopen));
    return results.every((haveReopened) => haveReopened);
  }

  /** Takes no more queries, answers those in flight, and ends; those that start do not serve. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    for (const thread of this.#threads) thread.askToEnd();
    await Promise.all([
      ...this.#threads.map((thread) => this.#waitForEnd(thread)),
      ...[...this.#late].map((thread) => this.#waitShortly(thread)),
    ]);
  }

  /** Waits for the end of a thread as long as it makes progress. */
  async #waitForEnd(thread: StartedThread): Promise<void> {
    await this.#until(thread, () => false).catch((error: Error) => {
      if (!(error instanceof StandstillError)) return;
      this.#log.error(`${error.message}; it is not waited for any longer`);
      thread.leaveBehind();
    });
  }

  async #waitShortly(thread: StartedThread): Promise<void> {
    const grace = new Promise<void>((resolve) => this.#host.time.after(GRACE_MS, resolve));
    await Promise.race([thread.ended, grace.then(() => thread.leaveBehind())]);
  }

  /** Resolves when the thread serves. One that is given up is asked to end. */
  async #startOne(): Promise<void> {
    const thread = new StartedThread(this.#host, this.#common);
    this.#threads.push(thread);
    void thread.ended.then(() => this.#onEnd(thread));
    thread.onMessage((message) => {
      if (message.kind === 'series') thread.numbers.statistics.adopt(message.announcement);
      else if (message.kind === 'notified') this.notified(message.policy);
      else if (message.kind === 'serving') thread.isServing = true;
    });
    try {
      await this.#until(thread, (message) => message.kind === 'serving');
    } catch (error) {
      if (error instanceof StandstillError) this.#giveUp(thread);
      throw error;
    }
  }

  #giveUp(thread: StartedThread): void {
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    this.#late.add(thread);
    thread.askToEnd();
  }

  #onEnd(thread: StartedThread): void {
    if (this.#late.delete(thread)) {
      this.#log.info('a data thread that was asked to end has ended');
      return;
    }
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    // Of one that has never served, the start is rejected.
    if (!thread.isServing) return;
    thread.numbers.retire();
    this.#retired.push(thread.numbers);
    const { failure } = thread;
    if (failure !== undefined) this.#log.error(`a data thread failed: ${failure.message}`);
    if (this.#stopped !== undefined) return;
    this.restarts++;
    this.#log.error('a data thread has ended; it is started again');
    this.#restart(RESTART_MS);
  }

  #restart(delay: number): void {
    const later = Math.min(2 * delay, LONGEST_RESTART_MS);
    this.#host.time.after(delay, () => {
      if (this.#stopped !== undefined) return;
      // Threads that stand still take memory: there are never more of them than those that serve.
      if (this.#late.size >= this.#common.threads) {
        this.#restart(later);
        return;
      }
      this.#startOne().catch((error: Error) => {
        if (this.#stopped !== undefined) return;
        this.#log.error(`a data thread does not start again: ${error.message}; it is tried again`);
        this.#restart(later);
      });
    });
  }

  #sendAll(message: ToThread): void {
    for (const thread of this.#threads) thread.send(message);
  }

  #until(thread: StartedThread, isIt: (message: FromThread) => boolean): Promise<FromThread> {
    return thread.until(isIt, (text) => this.#log.warn(`a data thread ${text}`));
  }
}
