/** A data thread: an engine of its own over batched system calls, until it gets a stop message. */

import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { clockStep, now } from '../clock.ts';
import { type ListenAddress, takesDatagrams } from '../config/listen.ts';
import { type PauseSpec, Pauses } from '../decision/pauses.ts';
import { Engine } from '../engine/engine.ts';
import { Loops } from '../forward/loops.ts';
import { type KnownUpstream, UpstreamTable } from '../forward/upstream.ts';
import { type Lasting, type LoadedConfig, load } from '../load/loaded-config.ts';
import { collectAllGarbage, collectGarbage, holdsMuch } from '../load/release-memory.ts';
import type { Snapshot } from '../load/snapshot.ts';
import { type Endpoint, formatEndpoint } from '../net/address.ts';
import type { Announcement } from '../observe/cells.ts';
import type { DecisionLog } from '../observe/decision-log.ts';
import { LogShare } from '../observe/log-share.ts';
import { Recording } from '../observe/recording.ts';
import { type SharedNumbers, ThreadNumbers } from '../observe/thread-numbers.ts';
import { TokenBuckets } from '../policy/access/token-buckets.ts';
import { recordContext } from '../policy/record-context.ts';
import { BatchShell } from '../shell/batch-shell.ts';
import { SystemError } from '../transport/batch-socket.ts';
import { loadLibc } from '../transport/libc.ts';
import { OpenSockets } from '../transport/open-sockets.ts';
import { openDecisionLog } from './open-log.ts';
import { sinkQueues } from './record-sinks.ts';
import { type ThreadProgress, ThreadStep } from './thread-progress.ts';

/** What a thread is started with. */
export interface ThreadStart {
  readonly snapshot: Snapshot;
  readonly endpoints: readonly ListenAddress[];
  /** How many data threads this process has. */
  readonly threads: number;
  /** For each endpoint that takes datagrams: sockets that other processes have there. */
  readonly others: readonly number[];
  readonly servers: readonly KnownUpstream[];
  readonly numbers: SharedNumbers;
  /** Memory of `ThreadProgress`. */
  readonly progress: SharedArrayBuffer;
  /** Memory of `LogShare`. */
  readonly log: SharedArrayBuffer;
  /** Memory of `Loops`. */
  readonly loops: SharedArrayBuffer;
  /** Memory of `TokenBuckets`. */
  readonly buckets: SharedArrayBuffer;
  readonly pauses: readonly PauseSpec[];
  /** Memory of `OpenSockets`. */
  readonly sockets: SharedArrayBuffer;
  readonly wakeFd: number;
  readonly refPrefix: string;
  /** Queries that may wait for upstreams at a time. */
  readonly capacity: number;
}

/** Messages to a thread. */
export type ToThread =
  | {
      readonly kind: 'use';
      readonly number: number;
      readonly snapshot: Snapshot;
      readonly servers: readonly KnownUpstream[];
    }
  | { readonly kind: 'refresh'; readonly servers: readonly KnownUpstream[] }
  | { readonly kind: 'pause'; readonly pauses: readonly PauseSpec[] }
  | { readonly kind: 'flush'; readonly name: Uint8Array }
  | { readonly kind: 'steer'; readonly others: readonly number[] }
  | { readonly kind: 'reopen'; readonly number: number }
  | { readonly kind: 'settle' }
  | { readonly kind: 'stop' };

/** Messages from a thread. */
export type FromThread =
  | { readonly kind: 'serving' }
  | { readonly kind: 'cannot-listen'; readonly endpoint: Endpoint; readonly code: string }
  | { readonly kind: 'used'; readonly number: number }
  | { readonly kind: 'reopened'; readonly number: number; readonly ok: boolean }
  | { readonly kind: 'notified'; readonly policy: string }
  | { readonly kind: 'series'; readonly announcement: Announcement };

/** Milliseconds that queries in flight get when the thread stops. */
const DRAIN_MS = 4000;

/** What is kept of it while the thread runs. */
type LastingStart = Omit<ThreadStart, 'snapshot'>;

/** Loads what the thread serves by; of the snapshot only what is compiled from it stays. */
export function createThread(given: ThreadStart, progress: ThreadProgress): DataThread {
  const { snapshot, ...start } = given;
  return new DataThread(start, snapshot, progress);
}

export class DataThread {
  readonly #start: LastingStart;
  readonly #progress: ThreadProgress;
  readonly #table: UpstreamTable;
  readonly #lasting: Lasting;
  readonly #numbers: ThreadNumbers;
  readonly #log: DecisionLog;
  readonly #recording: Recording;
  readonly #shell: BatchShell;
  readonly #engine: Engine;
  #serving: LoadedConfig;
  /** Whether much goes with the policy in force, and whether much has gone already. */
  #holdsMuch: boolean;
  #isHeavy = false;
  #stopAt = Number.POSITIVE_INFINITY;

  /** Keeps nothing of the snapshot but what it compiles from it. */
  constructor(start: LastingStart, snapshot: Snapshot, progress: ThreadProgress) {
    this.#start = start;
    this.#progress = progress;
    progress.enter(ThreadStep.LOADING_NATIVE);
    const loaded = loadLibc();
    if (typeof loaded === 'string') throw new Error(loaded);
    const libc = new OpenSockets(start.sockets).watch(loaded);
    progress.enter(ThreadStep.COMPILING);
    this.#table = new UpstreamTable(new Loops(start.loops));
    this.#table.seed(start.servers);
    this.#holdsMuch = holdsMuch(snapshot);
    const pauses = new Pauses();
    pauses.all = start.pauses;
    this.#lasting = { table: this.#table, buckets: new TokenBuckets(start.buckets), pauses };
    this.#serving = load(snapshot, this.#lasting);
    this.#log = openDecisionLog(this.#serving.config, new LogShare(start.log));
    this.#numbers = new ThreadNumbers(start.numbers);
    this.#numbers.announce = (announcement) => report({ kind: 'series', announcement });
    const { statistics, recent } = this.#numbers;
    this.#recording = new Recording(statistics, recent, this.#log);
    this.#recording.pauses = pauses;
    this.#recording.feeds = sinkQueues(this.#serving.config, this.#numbers, start.endpoints);
    this.#shell = new BatchShell(libc, {
      upstreams: this.#table.upstreams,
      flushRecords: () => this.#recording.flush(),
      wakeFd: start.wakeFd,
    });
    this.#engine = new Engine(this.#serving, {
      outbox: this.#shell,
      recorder: this.#recording,
      capacity: start.capacity,
      refPrefix: start.refPrefix,
      notified: (policy) => report({ kind: 'notified', policy }),
    });
    this.#use(this.#serving);
  }

  /** Opens the sockets; reports an address that cannot be had and returns false. */
  listen(): boolean {
    const { endpoints, threads, others } = this.#start;
    this.#progress.enter(ThreadStep.LISTENING);
    for (const [i, endpoint] of endpoints.filter(takesDatagrams).entries()) {
      try {
        this.#shell.listen(endpoint, threads, others[i]!);
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        report({ kind: 'cannot-listen', endpoint, code: error.code });
        return false;
      }
    }
    return true;
  }

  /** Serves until a stop message. Messages that came while it started are taken before queries. */
  run(): void {
    this.#progress.enter(ThreadStep.SERVING);
    report({ kind: 'serving' });
    this.#shell.run(this.#engine, {
      woken: () => this.#obey(),
      turned: (time) => this.#onTurn(time),
    });
    this.#shell.close();
    this.#recording.tick(now(), true);
    this.#onTurn(now());
    this.#log.close();
  }

  #obey(): void {
    for (
      let next = receiveMessageOnPort(parentPort!);
      next;
      next = receiveMessageOnPort(parentPort!)
    ) {
      this.#take(next.message as ToThread);
    }
  }

  #take(message: ToThread): void {
    if (message.kind === 'use') {
      this.#progress.enter(ThreadStep.COMPILING);
      this.#table.seed(message.servers);
      const { endpoints } = this.#start;
      const running = { serving: this.#serving, endpoints };
      this.#use(load(message.snapshot, this.#lasting, running));
      this.#progress.enter(ThreadStep.SERVING);
      report({ kind: 'used', number: message.number });
      this.#isHeavy ||= this.#holdsMuch;
      this.#holdsMuch = holdsMuch(message.snapshot);
    } else if (message.kind === 'refresh') {
      this.#table.seed(message.servers);
      this.#serving.forwarding.refresh();
    } else if (message.kind === 'pause') {
      this.#lasting.pauses.all = message.pauses;
    } else if (message.kind === 'flush') {
      this.#serving.cache.flush(message.name);
    } else if (message.kind === 'steer') {
      for (const [i, others] of message.others.entries()) {
        this.#shell.steer(i, this.#start.threads, others);
      }
    } else if (message.kind === 'settle') {
      collectAllGarbage();
    } else if (message.kind === 'reopen') {
      report({ kind: 'reopened', number: message.number, ok: this.#reopenLog() });
    } else {
      this.#shell.refuseNew();
      this.#stopAt = now() + DRAIN_MS;
    }
  }

  #reopenLog(): boolean {
    try {
      this.#log.reopen();
      return true;
    } catch {
      // The main thread tries the same, and logs why it continues in the old file.
      return false;
    }
  }

  #use(serving: LoadedConfig): void {
    const { policy, config } = serving;
    this.#serving = serving;
    this.#recording.level = config.decisionLog.record;
    this.#recording.limit = config.decisionLog.limit;
    this.#recording.context = recordContext(policy, this.#start.endpoints.map(formatEndpoint));
    this.#engine.use(serving);
    this.#engine.probe(now());
  }

  #onTurn(time: number): void {
    if (this.#isHeavy) {
      this.#isHeavy = false;
      collectGarbage();
    }
    const step = clockStep(time);
    this.#recording.clockStep = step;
    this.#serving.policy.cookies?.setClock(step);
    this.#recording.tick(time);
    const { inFlight } = this.#engine;
    const state = { inFlight, cache: this.#serving.cache, log: this.#log };
    this.#numbers.update(state, this.#table.upstreams, this.#shell);
    const isStopping = this.#stopAt !== Number.POSITIVE_INFINITY;
    if (!isStopping || (inFlight > 0 && time < this.#stopAt)) return;
    this.#engine.abandon(time);
    this.#shell.stop();
  }
}

function report(message: FromThread): void {
  parentPort!.postMessage(message);
}
