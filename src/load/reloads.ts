/** Taking over what has changed, one change after the other: the configuration, policy zones. */

import type { Config } from '../config/config.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import type { Logger } from '../log.ts';
import { type LoadedConfig, restartNeeded } from './loaded-config.ts';
import { holdsMuch, releaseMemory } from './release-memory.ts';
import type { TakenSnapshot } from './snapshot.ts';
import type { TransferredZones } from './transferred-zones.ts';

/** What became of the last reload. */
export interface ReloadResult {
  readonly ok: boolean;
  readonly policy: string;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** The server that takes over. */
export interface Reloadable {
  readonly serving: LoadedConfig;
  /** Makes all threads serve by another snapshot, or by the present one as it is now. */
  replace(next: (present: TakenSnapshot) => TakenSnapshot): Promise<LoadedConfig>;
}

export class Reloads {
  /** `lastAt` is when the last one was over, in milliseconds since the epoch. */
  readonly counts: { ok: number; failed: number; lastAt: number | undefined } = {
    ok: 0,
    failed: 0,
    lastAt: undefined,
  };
  last: ReloadResult | undefined;
  readonly #feeding: TransferredZones;
  readonly #log: Logger;
  readonly #server: Reloadable;
  /** What it was started with: some of it stays in force until the process exits. */
  readonly #started: Config;
  #running: Promise<unknown> = Promise.resolve();

  constructor(feeding: TransferredZones, log: Logger, server: Reloadable) {
    this.#feeding = feeding;
    this.#log = log;
    this.#server = server;
    this.#started = server.serving.config;
    feeding.changed = () => {
      this.#inTurn(() => this.#renew()).catch((error: Error) => {
        log.error(`policy zones: ${error.message}`);
      });
    };
  }

  /** Takes the configuration over as it is now; with a problem, the old one stays in force. */
  reload(): Promise<ReloadResult> {
    return this.#inTurn(() => this.#reload());
  }

  /** Of two at once, the one that read an older file might finish last. */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#running.then(task);
    this.#running = done.catch(() => {});
    return done;
  }

  async #reload(): Promise<ReloadResult> {
    try {
      this.last = await this.#takeOver(await this.#feeding.take());
    } catch (error) {
      this.counts.failed++;
      const problems =
        error instanceof ConfigError
          ? error.problems.map(formatProblem)
          : [(error as Error).message];
      for (const problem of problems) this.#log.error(`reload failed: ${problem}`);
      const policy = this.#server.serving.policy.hash;
      this.last = { ok: false, policy, problems, warnings: [] };
    }
    this.counts.lastAt = Date.now();
    return this.last;
  }

  async #takeOver(taken: TakenSnapshot): Promise<ReloadResult> {
    const { config, policy, warnings } = await this.#server.replace(() => taken);
    this.#feeding.begin();
    const changed = restartNeeded(this.#started, config);
    const restart = changed.map((key) => `${key} has changed: that takes a restart`);
    this.counts.ok++;
    this.#log.info(`reloaded policy=${policy.hash}`);
    const all = [...warnings, ...restart];
    for (const warning of all) this.#log.warn(warning);
    return { ok: true, policy: policy.hash, problems: [], warnings: all };
  }

  /** Another copy of a policy zone is there, or one has expired. */
  async #renew(): Promise<void> {
    const before = new Set(this.#server.serving.warnings.map(withoutNumbers));
    let isMuch = false;
    const { policy, warnings } = await this.#server.replace((present) => {
      const next = this.#feeding.renew(present);
      isMuch = holdsMuch(next.snapshot);
      return next;
    });
    // What a transfer took on its way is as much again as what came of it.
    if (isMuch) setImmediate(releaseMemory);
    this.#log.info(`policy=${policy.hash}`);
    const fresh = warnings.filter((warning) => !before.has(withoutNumbers(warning)));
    for (const warning of fresh) this.#log.warn(warning);
  }
}

/** Serials and counts are others in each version of a zone; the warning is the same. */
function withoutNumbers(warning: string): string {
  return warning.replaceAll(/\d+/g, '');
}
