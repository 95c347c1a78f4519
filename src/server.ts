/** The composition root: starts, reloads and stops all that serves. */

import { randomInt } from 'node:crypto';
import { adminHandlers, type ReloadResult } from './admin-api.ts';
import { now } from './clock.ts';
import { type Config, resolvePath } from './config/config.ts';
import { ConfigError, formatProblem, type Place } from './config/problem.ts';
import { Engine } from './engine.ts';
import { ServerTable } from './forward/server.ts';
import type { Logger } from './log.ts';
import { type Endpoint, formatEndpoint } from './net/address.ts';
import { type AdminHttp, listenAdmin } from './observe/admin.ts';
import { DecisionLog } from './observe/decision-log.ts';
import { Metrics } from './observe/metrics.ts';
import { RecentDecisions } from './observe/recent.ts';
import { Recording } from './observe/recording.ts';
import { Statistics } from './observe/statistics.ts';
import { PortableShell } from './portable-shell.ts';
import { follow, prepare, restartNeeded, type Serving, type Source } from './serving.ts';
import { exposeServing } from './serving-metrics.ts';

/** Queries that may wait for upstreams at a time. */
const IN_FLIGHT = 8192;
const REF_LETTERS = 5;

const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the address is in use; stop the other program or expect another port here',
  EADDRNOTAVAIL: 'this host does not have the address; expect one of its own',
  EACCES: 'ports below 1024 need the capability CAP_NET_BIND_SERVICE; expect it or another port',
};

/** A server that runs. */
export class RunningServer {
  readonly #source: Source;
  readonly #log: Logger;
  readonly #table: ServerTable = new ServerTable();
  readonly #statistics: Statistics = new Statistics();
  readonly #recent: RecentDecisions = new RecentDecisions();
  readonly #decisionLog: DecisionLog;
  readonly #recording: Recording;
  readonly #shell: PortableShell;
  readonly #engine: Engine;
  readonly #reloads = { ok: 0, failed: 0 };
  #serving: Serving;
  #lastReload: ReloadResult | undefined;
  #unfollow: () => void = () => {};
  #admin: AdminHttp | undefined;

  /** Throws a ConfigError for a configuration or a log path that cannot be used. */
  private constructor(source: Source, log: Logger) {
    this.#source = source;
    this.#log = log;
    this.#serving = prepare(source, this.#table);
    this.#decisionLog = openDecisionLog(this.#serving.config);
    this.#recording = new Recording(this.#statistics, this.#recent, this.#decisionLog);
    this.#shell = new PortableShell(this.#table.servers, () => this.#recording.flush());
    this.#engine = new Engine(this.#serving, {
      outbox: this.#shell,
      recorder: this.#recording,
      capacity: IN_FLIGHT,
      refPrefix: refPrefix(),
    });
  }

  /**
   * Reads the configuration and serves by it. Rejects with a ConfigError that says what is in
   * the way: a problem of the configuration, an address that cannot be had, a log that cannot
   * be written.
   */
  static async start(source: Source, log: Logger): Promise<RunningServer> {
    const server = new RunningServer(source, log);
    try {
      await server.#listen();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  get endpoints(): readonly Endpoint[] {
    return this.#shell.endpoints;
  }

  get admin(): Endpoint {
    return this.#admin!;
  }

  get serving(): Serving {
    return this.#serving;
  }

  get recent(): RecentDecisions {
    return this.#recent;
  }

  /** Takes the configuration over as it is now; with a problem, the old one stays in force. */
  reload(): ReloadResult {
    let result: ReloadResult;
    try {
      const serving = prepare(this.#source, this.#table, {
        serving: this.#serving,
        endpoints: this.endpoints,
      });
      const changed = restartNeeded(this.#serving.config, serving.config);
      const restart = changed.map((key) => `${key} has changed: that takes a restart`);
      this.#use(serving);
      this.#reloads.ok++;
      const warnings = [...serving.warnings, ...restart];
      result = { ok: true, policy: serving.policy.hash, problems: [], warnings };
      this.#log.info(`reloaded policy=${serving.policy.hash}`);
      this.#warn(warnings);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#reloads.failed++;
      const problems = error.problems.map(formatProblem);
      result = { ok: false, policy: this.#serving.policy.hash, problems, warnings: [] };
      for (const problem of problems) this.#log.error(`reload failed: ${problem}`);
    }
    this.#lastReload = result;
    return result;
  }

  /** Goes on in new log files, the old ones were moved away; in the old ones when it cannot. */
  reopenLogs(): void {
    try {
      this.#decisionLog.reopen();
    } catch (error) {
      this.#log.error(`the decision log cannot be reopened: ${(error as Error).message}`);
    }
  }

  /** Takes no more queries, answers those in flight, writes all records. */
  async close(): Promise<void> {
    this.#unfollow();
    this.#admin?.close();
    await this.#shell.close();
    this.#recording.flush();
    this.#decisionLog.close();
  }

  async #listen(): Promise<void> {
    const { config } = this.#serving;
    for (const { value, place } of config.listen) {
      await this.#shell.listen(value, this.#engine).catch((error: NodeJS.ErrnoException) => {
        // Without a listen key both loopback addresses are tried; a host may have but one.
        const isMissing = error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT';
        if (config.listensByDefault && isMissing) return;
        throw cannotListen(value, error, place);
      });
    }
    const { value, place } = config.admin.listen;
    this.#admin = await listenAdmin({
      ...value,
      token: config.admin.token,
      handlers: adminHandlers({
        serving: () => this.#serving,
        reload: () => this.reload(),
        lastReload: () => this.#lastReload,
        endpoints: () => this.endpoints.map(formatEndpoint),
        metrics: this.#metrics(),
        recent: this.#recent,
      }),
    }).catch((error: NodeJS.ErrnoException) => {
      throw cannotListen(value, error, place);
    });
    this.#use(this.#serving);
    for (const endpoint of this.endpoints) {
      this.#log.info(`listening on ${formatEndpoint(endpoint)} by UDP and TCP`);
    }
    this.#log.info(`admin HTTP on http://${formatEndpoint(this.#admin)}`);
    this.#log.info(`policy=${this.#serving.policy.hash} from ${config.file}`);
    this.#warn(this.#serving.warnings);
  }

  #use(serving: Serving): void {
    const { policy, config } = serving;
    this.#unfollow();
    this.#serving = serving;
    this.#recording.level = config.decisionLog.record;
    this.#recording.context = {
      node: config.node,
      policy: policy.hash,
      listeners: this.endpoints.map(formatEndpoint),
      groups: policy.groups.names,
    };
    this.#engine.use(serving);
    this.#unfollow = follow(serving, (warnings) => {
      this.#warn(warnings);
      this.#engine.probe(now());
    });
    this.#engine.probe(now());
  }

  #warn(warnings: readonly string[]): void {
    for (const warning of warnings) this.#log.warn(warning);
  }

  #metrics(): Metrics {
    const metrics = new Metrics();
    exposeServing(metrics, {
      statistics: this.#statistics,
      decisionLog: this.#decisionLog,
      serving: () => this.#serving,
      servers: this.#table.servers,
      inFlight: () => this.#engine.inFlight,
      rejectedConnections: () => this.#shell.rejectedConnections,
      reloads: this.#reloads,
    });
    return metrics;
  }
}

function openDecisionLog(config: Config): DecisionLog {
  const { to } = config.decisionLog;
  try {
    return new DecisionLog(to === 'stdout' ? undefined : resolvePath(config, to));
  } catch (error) {
    const message = `decisionLog.to cannot be written: ${(error as Error).message}; expect a file in a folder that exists`;
    throw new ConfigError([{ ...config.start, message }]);
  }
}

function cannotListen(endpoint: Endpoint, error: NodeJS.ErrnoException, place: Place): ConfigError {
  const why = LISTEN_ERRORS[error.code ?? ''] ?? error.message;
  return new ConfigError([
    { ...place, message: `cannot listen on ${formatEndpoint(endpoint)}: ${why}` },
  ]);
}

/** Five letters or digits that tell this run's refs from those of others. */
function refPrefix(): string {
  return randomInt(36 ** REF_LETTERS)
    .toString(36)
    .padStart(REF_LETTERS, '0');
}
