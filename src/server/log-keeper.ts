/** The decision log as the main thread keeps it: opened, reopened, rotated, sent to sinks. */

import { fstatSync, statSync } from 'node:fs';
import { now } from '../clock.ts';
import { type Config, resolvePath } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { LogSearcher } from '../logs/log-searcher.ts';
import type { ReceiverKind } from '../logs/shipping/delivery.ts';
import type { ShipperCounts } from '../logs/shipping/shipper.ts';
import type { DecisionLog } from '../observe/decision-log.ts';
import { LogRotation } from '../observe/log-rotation.ts';
import { LogShare } from '../observe/log-share.ts';
import type { SinkCount } from '../observe/sink.ts';
import type { ThreadNumbers } from '../observe/thread-numbers.ts';
import { type Libc, loadLibc } from '../transport/libc.ts';
import { lockPath } from '../transport/path-lock.ts';
import { openDecisionLog } from './open-log.ts';
import { RecordSinks } from './record-sinks.ts';
import { tableOf } from './shipped-records.ts';

export class LogKeeper {
  readonly log: DecisionLog;
  readonly share: LogShare = new LogShare();
  /** Finds records in the log; undefined when it goes to stdout. */
  readonly searcher: LogSearcher | undefined;
  /** Finds those of all servers; undefined when they are not in one table. */
  readonly table: LogSearcher | undefined;
  /** Threads that write to the same log; `reopenLogs` is false when one goes on in the old file. */
  threads: { reopenLogs(): Promise<boolean> } | undefined;
  readonly #config: Config;
  readonly #operational: Logger;
  #sinks: RecordSinks | undefined;
  readonly #rotation: LogRotation | undefined;
  readonly #compressor: LogSearcher | undefined;
  readonly #isStdout: boolean;
  #isLosing = false;
  #libc: Libc | string | undefined;

  /** Throws a ConfigError for a log that cannot be written. */
  constructor(config: Config, operational: Logger) {
    this.#config = config;
    this.#operational = operational;
    const lock = (path: string) => this.#lock(path);
    this.log = openDecisionLog(config, this.share, lock);
    const to = config.decisionLog.to.value;
    this.#isStdout = to === 'stdout';
    const { clickhouse } = config.decisionLog;
    this.table = clickhouse && new LogSearcher(tableOf(clickhouse));
    if (this.#isStdout) return;
    const path = resolvePath(config, to);
    // A pipe or a device has nothing to read back, and is not rotated.
    if (!statSync(path).isFile()) return;
    const searcher = new LogSearcher(path);
    this.searcher = searcher;
    const compressor = new LogSearcher(path, 0);
    this.#compressor = compressor;
    this.#rotation = new LogRotation(path, {
      rotated: () => void searcher.index(),
      compress: (old, signal) => compressor.compress(old, signal),
      reopen: () => this.reopen(),
      isCurrent: () => this.log.isCurrent,
      lock,
      failed: (why) => operational.error(`the decision log cannot be rotated: ${why}`),
      now,
    });
  }

  /** Sends what `threads` have for sinks. */
  openSinks(threads: () => readonly ThreadNumbers[]): void {
    this.#sinks = new RecordSinks(this.#config, threads, this.#operational);
  }

  get sinkCounts(): readonly SinkCount[] {
    return this.#sinks?.counts ?? [];
  }

  get shipped(): ReadonlyMap<ReceiverKind, ShipperCounts> {
    return this.#sinks?.shipped ?? new Map();
  }

  /** Applies the rotation settings of a configuration. */
  use({ decisionLog }: Config): void {
    if (this.#rotation !== undefined) this.#rotation.settings = decisionLog.rotate;
  }

  /**
   * Has all threads go on in the file that now has the log's name. Resolves when they do, with
   * false when one goes on in the old file.
   */
  async reopen(): Promise<boolean> {
    const threads = this.threads?.reopenLogs();
    try {
      this.log.reopen();
    } catch (error) {
      const why = (error as Error).message;
      this.#operational.error(`the decision log cannot be reopened: ${why}`);
      await threads;
      return false;
    }
    return (await threads) ?? true;
  }

  /** Now and then: reports losses, in the log itself when it can be written again. */
  look(): void {
    this.log.retry();
    const { lost, failure } = this.share;
    if (lost > 0 === this.#isLosing) return;
    this.#isLosing = lost > 0;
    // What has no room for records has none for that either.
    if (this.#isStdout && isOnePipe(1, 2)) return;
    if (lost === 0) this.#operational.info('the decision log is written again');
    else {
      this.#operational.error(
        `the decision log cannot be written (${failure}): answers go on, lost records are counted`,
      );
    }
  }

  /** Undefined while another process has the lock. */
  #lock(path: string): (() => void) | undefined {
    this.#libc ??= loadLibc();
    // Without it a process cannot share its addresses either: it is alone.
    return typeof this.#libc === 'string' ? () => {} : lockPath(this.#libc, path);
  }

  async close(): Promise<void> {
    await Promise.all([this.#rotation?.close(), this.#sinks?.close()]);
    await Promise.all([this.searcher?.close(), this.table?.close(), this.#compressor?.close()]);
    this.look();
    const { lost } = this.share;
    if (lost > 0 && !(this.#isStdout && isOnePipe(1, 2))) {
      this.#operational.error(`the decision log ends without a line for ${lost} lost records`);
    }
    this.log.close();
  }
}

function isOnePipe(one: number, other: number): boolean {
  const [a, b] = [fstatSync(one), fstatSync(other)];
  return !a.isFile() && a.ino === b.ino && a.dev === b.dev;
}
