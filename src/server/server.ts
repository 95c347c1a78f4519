/** The composition root: starts, reloads and stops all that serves. */

import type { AdminListeners } from '../admin/listeners.ts';
import { clockStep, now } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { describe, type ListenAddress, takesDatagrams } from '../config/listen.ts';
import { cannotListen, isMissingAddress } from '../config/listen-error.ts';
import { Engine } from '../engine/engine.ts';
import { UpstreamTable } from '../forward/upstream.ts';
import { createLasting, type LoadedConfig, loadTaken, watch } from '../load/loaded-config.ts';
import { holdsMuch, releaseMemory } from '../load/release-memory.ts';
import { type ReloadResult, Reloads } from '../load/reloads.ts';
import type { Source, TakenSnapshot } from '../load/snapshot.ts';
import { TransferredZones } from '../load/transferred-zones.ts';
import type { Logger } from '../log.ts';
import { type Endpoint, formatEndpoint } from '../net/address.ts';
import type { RecentDecisions } from '../observe/recent.ts';
import { Recording } from '../observe/recording.ts';
import { ThreadNumbers } from '../observe/thread-numbers.ts';
import { recordContext } from '../policy/record-context.ts';
import { PortableShell } from '../shell/portable-shell.ts';
import type { Libc } from '../transport/libc.ts';
import { adminParts } from './admin-parts.ts';
import { Certificates } from './certificates.ts';
import { DataThreads } from './data-threads.ts';
import { FailedHandshakes } from './failed-handshakes.ts';
import { HeapTrimming } from './heap-trimming.ts';
import { thisHost } from './host-time.ts';
import { checkThreadsCan, libcForThreads } from './libc-for-threads.ts';
import { LogKeeper } from './log-keeper.ts';
import { Neighbours } from './neighbours.ts';
import { Overrides } from './overrides.ts';
import { sinkQueues } from './record-sinks.ts';
import { refPrefix } from './ref-prefix.ts';
import { createWorker } from './started-thread.ts';
import { type StartError, startProblem } from './thread-errors.ts';
import { keepHeapsSmall } from './thread-heap.ts';

/** Queries that may wait for upstreams at a time. */
const IN_FLIGHT = 8192;
/** Milliseconds between two looks at the main thread's own state. */
const NUMBERS_MS = 1000;

/** A server that runs. */
export class RunningServer {
  readonly #feeding: TransferredZones;
  readonly #log: Logger;
  readonly #table: UpstreamTable = new UpstreamTable();
  readonly #overrides: Overrides = new Overrides({
    threads: () => this.#threads,
    cache: () => this.#serving.cache,
  });
  readonly #lasting = createLasting(this.#table, this.#overrides.shared);
  readonly #numbers: ThreadNumbers = new ThreadNumbers();
  readonly #records: LogKeeper;
  readonly #recording: Recording;
  readonly #shell: PortableShell;
  readonly #certificates: Certificates;
  readonly #failedHandshakes: FailedHandshakes;
  readonly #neighbours: Neighbours;
  readonly #engine: Engine;
  readonly #reloads: Reloads;
  /** What it was started with: some of it stays in force until it ends. */
  readonly #started: Config;
  #serving: LoadedConfig;
  #unfollow: () => void = () => {};
  #admin: AdminListeners | undefined;
  #threads: DataThreads | undefined;
  #taken: TakenSnapshot;
  #reading: NodeJS.Timeout | undefined;
  readonly #trimming: HeapTrimming = new HeapTrimming();

  /** Throws a ConfigError for a configuration or a log path that cannot be used. */
  private constructor(
    feeding: TransferredZones,
    taken: TakenSnapshot,
    log: Logger,
    isShared: boolean,
  ) {
    this.#neighbours = new Neighbours(isShared);
    this.#feeding = feeding;
    this.#log = log;
    this.#taken = taken;
    this.#serving = loadTaken(taken, this.#lasting);
    this.#started = this.#serving.config;
    this.#records = new LogKeeper(this.#started, log);
    const { statistics, recent } = this.#numbers;
    this.#recording = new Recording(statistics, recent, this.#records.log);
    this.#recording.pauses = this.#overrides.shared;
    const flushRecords = () => this.#recording.flush();
    this.#shell = new PortableShell(this.#table.upstreams, flushRecords, isShared);
    this.#certificates = new Certificates(this.#started, this.#shell, log);
    this.#serving = this.#certificates.addWarnings(this.#serving);
    this.#failedHandshakes = new FailedHandshakes(this.#shell, log);
    this.#engine = new Engine(this.#serving, {
      outbox: this.#shell,
      recorder: this.#recording,
      capacity: IN_FLIGHT,
      refPrefix: refPrefix(),
      notified: (policy) => feeding.notify(policy),
    });
    this.#reloads = new Reloads(feeding, log, this);
  }

  /**
   * Reads the configuration and serves by it. Rejects with a ConfigError that says what is in
   * the way: a problem of the configuration, an address that cannot be had, a log that cannot
   * be written. One that `isShared` may share its addresses with other processes that are.
   */
  static async start(source: Source, log: Logger, isShared = false): Promise<RunningServer> {
    keepHeapsSmall();
    const feeding = new TransferredZones(source, log);
    const server = new RunningServer(feeding, await feeding.take(), log, isShared);
    try {
      await server.#listen();
      feeding.begin();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  get endpoints(): readonly ListenAddress[] {
    return this.#shell.endpoints;
  }

  get admin(): Endpoint {
    return this.#admin!.admin;
  }

  get probes(): Endpoint | undefined {
    return this.#admin!.probes;
  }

  get serving(): LoadedConfig {
    return this.#serving;
  }

  /** The recent decisions of each thread. */
  get recent(): readonly RecentDecisions[] {
    return this.#allNumbers().map(({ recent }) => recent);
  }

  /** Takes the configuration over as it is now; with a problem, the old one stays in force. */
  reload(): Promise<ReloadResult> {
    return this.#reloads.reload();
  }

  /** Makes all threads serve by another snapshot, or by the present one as it is now. */
  async replace(next: (present: TakenSnapshot) => TakenSnapshot): Promise<LoadedConfig> {
    const taken = next(this.#taken);
    if (this.#threads !== undefined) checkThreadsCan(taken.config);
    const showCertificates = this.#certificates.read(taken.config);
    const loaded = loadTaken(taken, this.#lasting, this);
    const isWorthwhile = holdsMuch(this.#taken.snapshot);
    this.#taken = taken;
    showCertificates();
    const serving = this.#certificates.addWarnings(loaded);
    this.#use(serving);
    await this.#threads?.use(taken.snapshot, this.#table.addresses);
    if (isWorthwhile) setImmediate(releaseMemory);
    return serving;
  }

  /** Goes on in new log files, the old ones were moved away; in the old ones when it cannot. */
  async reopenLogs(): Promise<void> {
    await this.#records.reopen();
  }

  /** Takes no more queries, answers those in flight, writes all records. */
  async close(): Promise<void> {
    this.#unfollow();
    this.#feeding.close();
    this.#overrides.close();
    this.#certificates.close();
    this.#admin?.close();
    clearInterval(this.#reading);
    await Promise.all([this.#threads?.stop(), this.#shell.close()]);
    this.#recording.tick(now(), true);
    await this.#records.close();
  }

  async #listen(): Promise<void> {
    const { config } = this.#serving;
    const libc = config.threads === 0 ? undefined : libcForThreads(config, this.#log);
    for (const [i, { value, place }] of config.listen.entries()) {
      const identities = this.#certificates.of(i);
      const served = libc === undefined ? 'udp and tcp' : 'tcp';
      await this.#shell
        .listen(value, this.#engine, { served, identities })
        .catch((error: NodeJS.ErrnoException) => {
          if (config.listensByDefault && isMissingAddress(error)) return;
          throw cannotListen(value, error, place);
        });
    }
    this.#recording.feeds = sinkQueues(config, this.#numbers, this.endpoints);
    this.#records.openSinks(() => this.#allNumbers());
    // Before anything is waited for: from now on there may be queries.
    this.#use(this.#serving);
    if (libc !== undefined) await this.#startThreads(libc, config);
    this.#admin = await this.#openAdmin(config);
    this.#reading = setInterval(() => {
      this.#readNumbers();
      const time = now();
      const step = clockStep(time);
      this.#recording.clockStep = step;
      this.#serving.policy.cookies?.setClock(step);
      this.#recording.tick(time);
      this.#records.look();
      this.#trimming.look(this.#threads);
      this.#neighbours.look(this.#threads, this.#started.threads);
    }, NUMBERS_MS);
    for (const endpoint of this.endpoints) this.#log.info(`listening on ${describe(endpoint)}`);
    for (const line of this.#admin.description) this.#log.info(line);
    this.#log.info(`policy=${this.#serving.policy.hash} from ${config.file}`);
    this.#warn(this.#serving.warnings);
  }

  async #startThreads(libc: Libc, config: Config): Promise<void> {
    const common = {
      snapshot: this.#taken.snapshot,
      endpoints: this.endpoints,
      threads: config.threads,
      others: this.#neighbours.meet(this.endpoints.filter(takesDatagrams)),
      servers: this.#table.addresses,
      log: this.#records.share.buffer,
      loops: this.#table.loops.buffer,
      buckets: this.#lasting.buckets.buffer,
      pauses: this.#overrides.shared.all,
      capacity: IN_FLIGHT,
    };
    const host = { libc, time: thisHost, refPrefix, createWorker };
    this.#threads = new DataThreads(host, common, this.#log);
    this.#threads.notified = (policy) => this.#feeding.notify(policy);
    this.#records.threads = this.#threads;
    await this.#threads.start().catch((error: StartError) => {
      throw startProblem(error, config, common.endpoints);
    });
  }

  #allNumbers(): readonly ThreadNumbers[] {
    return [this.#numbers, ...(this.#threads?.numbers ?? [])];
  }

  #readNumbers(): void {
    const { inFlight } = this.#engine;
    const state = { inFlight, cache: this.#serving.cache, log: this.#records.log };
    this.#numbers.update(state, this.#table.upstreams);
  }

  #use(serving: LoadedConfig): void {
    const { policy, config } = serving;
    this.#unfollow();
    this.#serving = serving;
    this.#recording.level = config.decisionLog.record;
    this.#recording.limit = config.decisionLog.limit;
    this.#records.use(config);
    this.#recording.context = recordContext(policy, this.endpoints.map(formatEndpoint));
    this.#engine.use(serving);
    this.#unfollow = watch(serving, {
      changed: (warnings) => {
        this.#warn(warnings);
        this.#threads?.refresh(this.#table.addresses);
        this.#engine.probe(now());
      },
      lookups: this.#engine.lookups,
      outdated: () => void this.reload(),
    });
    this.#engine.probe(now());
  }

  #warn(warnings: readonly string[]): void {
    for (const warning of warnings) this.#log.warn(warning);
  }

  async #openAdmin(config: Config): Promise<AdminListeners> {
    const { source, measured } = adminParts({
      feeding: this.#feeding,
      log: this.#log,
      records: this.#records,
      shell: this.#shell,
      certificates: this.#certificates,
      failedHandshakes: this.#failedHandshakes,
      reloads: this.#reloads,
      upstreams: this.#table.upstreams,
      overrides: this.#overrides,
      serving: () => this.#serving,
      taken: () => this.#taken,
      threads: () => this.#threads,
      numbers: () => {
        this.#readNumbers();
        return this.#allNumbers();
      },
    });
    // The HTTP server and what goes with it is much code: queries are answered before it is read.
    const { openAdmin } = await import('../admin/listeners.ts');
    return openAdmin(config, source, measured, this.#certificates);
  }
}
