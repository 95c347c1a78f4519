/** The decision log as the main thread keeps it: opened, reopened, rotated. */

import { now } from './clock.ts';
import { type Config, resolvePath } from './config/config.ts';
import type { DataThreads } from './data-threads.ts';
import type { Logger } from './log.ts';
import type { DecisionLog } from './observe/decision-log.ts';
import { LogRotation } from './observe/log-rotation.ts';
import { Turn } from './observe/turn.ts';
import { openDecisionLog } from './start-errors.ts';

export class LogKeeper {
  readonly log: DecisionLog;
  readonly turn: Turn = new Turn();
  /** Threads that write to the same log. */
  threads: DataThreads | undefined;
  readonly #operational: Logger;
  readonly #rotation: LogRotation | undefined;

  /** Throws a ConfigError for a log that cannot be written. */
  constructor(config: Config, operational: Logger) {
    this.#operational = operational;
    this.log = openDecisionLog(config, this.turn);
    const { to } = config.decisionLog;
    if (to === 'stdout') return;
    this.#rotation = new LogRotation(resolvePath(config, to), {
      reopen: () => this.reopen(),
      failed: (why) => operational.error(`the decision log cannot be rotated: ${why}`),
      now,
    });
  }

  /** Takes over what a configuration says of rotation. */
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

  async close(): Promise<void> {
    await this.#rotation?.close();
    this.log.close();
  }
}
