/** One policy zone, kept like its primaries have it: asked in time, transferred, expired. */

import { statSync } from 'node:fs';
import { formatPrimary, type PrimaryAddress } from '../config/primary-text.ts';
import { confirmCache, type KnownCopy } from '../policy/rpz/transfer/cache-file.ts';
import { expiresAt, refreshPause, retryPause } from '../policy/rpz/transfer/soa-timers.ts';
import type { TransferredZone, ZoneState } from '../policy/rpz/transfer/transferred-zone.ts';
import type { ZoneUpdate } from '../policy/rpz/transfer/zone-copy.ts';
import type { TlsFaultReason } from '../transport/tls-fault.ts';
import { formatName } from '../wire/name.ts';
import { isNewer } from '../wire/serial.ts';
import { PrimaryError } from './conversation.ts';
import { askSoa, type Primary, transferZone } from './primary.ts';
import { TlsError, type TlsMemory } from './primary-stream.ts';
import { sizeOf, workAside, type ZoneResult, type ZoneWork } from './zone-work.ts';

/** Milliseconds that a timer can wait. */
const MAX_DELAY = 0x7fffffff;
/** Milliseconds between two looks, however many NOTIFY come. */
const LEAST_PAUSE = 200;

/** Where a transfer reports what happens to it. */
export interface FeedLog {
  info(message: string): void;
  warn(message: string): void;
}

/** What surrounds a feed. */
export interface FeedSurroundings {
  readonly log: FeedLog;
  /** Its state is another one. */
  readonly changed: () => void;
}

export class ZoneTransfer {
  readonly settings: TransferredZone;
  /** Transfers that put a new copy in force, and looks at all primaries in vain. */
  readonly counts = { ok: 0, failed: 0 };
  /** Primaries that could not be asked by TLS, by the reason. */
  readonly tlsFaults: Map<TlsFaultReason, number> = new Map();
  /** What keeps it from being up to date; undefined when nothing does. */
  problem: string | undefined;
  readonly #surroundings: FeedSurroundings;
  /** By the text of the primary. */
  readonly #memories: Map<string, TlsMemory> = new Map();
  readonly #closing: AbortController = new AbortController();
  #state: ZoneState = { standing: 'missing', image: undefined, since: Date.now() };
  #known: KnownCopy | undefined;
  #failures = 0;
  #lookedAt = 0;
  #isLooking = false;
  #isNotified = false;
  #next: NodeJS.Timeout | undefined;
  #expiry: NodeJS.Timeout | undefined;

  constructor(settings: TransferredZone, surroundings: FeedSurroundings) {
    this.settings = settings;
    this.#surroundings = surroundings;
  }

  get state(): ZoneState {
    return this.#state;
  }

  /** The copy and when a primary last confirmed it; undefined while there is none. */
  get known(): KnownCopy | undefined {
    return this.#known;
  }

  /** Milliseconds since the epoch at which a primary last confirmed the copy. */
  get confirmedAt(): number | undefined {
    return this.#known?.confirmedAt;
  }

  /** Takes up the last good copy: of the feed that it takes the place of, or of its file. */
  async load(before?: ZoneTransfer): Promise<void> {
    const { zone, override, cacheFile, policy } = this.settings;
    const known = before?.known;
    const from: ZoneWork['from'] =
      known === undefined ? { kind: 'cache', zone } : { kind: 'copy', known };
    const result = await workAside({ override, cacheFile, from }, sizeBefore(known, cacheFile));
    if (result.problem !== undefined) {
      const warning = `policy ${policy}: ${cacheFile} cannot be used: ${result.problem}`;
      this.#surroundings.log.warn(`${warning}; the zone is transferred anew`);
    }
    if (result.known !== undefined) this.#take(result);
  }

  /** Begins to ask the primaries. */
  start(): void {
    void this.#look();
  }

  /** A primary has sent a NOTIFY. */
  notify(): void {
    this.#isNotified = true;
    if (this.#isLooking) return;
    const wait = this.#lookedAt + LEAST_PAUSE - Date.now();
    this.#schedule(Math.max(wait, 0));
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#next);
    clearTimeout(this.#expiry);
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    this.#isNotified = false;
    this.#lookedAt = Date.now();
    const isFine = await this.#askPrimaries();
    this.#isLooking = false;
    if (this.#closing.signal.aborted) return;
    this.#failures = isFine ? 0 : this.#failures + 1;
    if (!isFine) this.counts.failed++;
    const soa = this.#known?.copy.soa;
    const pause =
      isFine && soa !== undefined && this.#state.standing === 'loaded'
        ? refreshPause(soa, Math.random())
        : retryPause(soa, this.#failures, Math.random());
    if (this.#isNotified) this.notify();
    else this.#schedule(pause);
  }

  #schedule(pause: number): void {
    clearTimeout(this.#next);
    this.#next = setTimeout(() => void this.#look(), Math.min(pause, MAX_DELAY));
  }

  /** Whether one of them had what is wanted. */
  async #askPrimaries(): Promise<boolean> {
    const problems: string[] = [];
    for (const address of this.settings.primaries) {
      try {
        await this.#ask(address);
        return true;
      } catch (error) {
        if (this.#closing.signal.aborted) return false;
        problems.push((error as Error).message);
        this.#count(error as Error);
      }
    }
    this.#complain(problems.join('; '));
    return false;
  }

  #count({ cause }: Error): void {
    if (!(cause instanceof TlsError)) return;
    this.tlsFaults.set(cause.reason, (this.tlsFaults.get(cause.reason) ?? 0) + 1);
  }

  /** Each problem is logged once, until it is another one or there was none in between. */
  #complain(problem: string): void {
    if (problem === this.problem) return;
    this.problem = problem;
    const { policy, zone } = this.settings;
    const { standing } = this.#state;
    const stays = standing === 'loaded' ? 'the last good copy stays in force' : `it is ${standing}`;
    this.#surroundings.log.warn(`policy ${policy}: ${formatName(zone)}: ${problem}; ${stays}`);
  }

  async #ask(address: PrimaryAddress): Promise<void> {
    const { zone, key, tls, maxSize, maxTime } = this.settings;
    const { signal } = this.#closing;
    const memory = this.#memories.get(formatPrimary(address)) ?? {};
    this.#memories.set(formatPrimary(address), memory);
    const primary: Primary = { address, tls, memory, zone, key, maxSize, maxTime, signal };
    const known = this.#state.standing === 'loaded' ? this.#known : undefined;
    if (known === undefined) return this.#replace(primary);
    const { serial } = known.copy.soa;
    const soa = await askSoa(primary);
    if (soa.serial === serial) return this.#confirm();
    if (!isNewer(soa.serial, serial)) throw tooOld(address, soa.serial, serial);
    let differences: ZoneUpdate;
    try {
      differences = await transferZone(primary, known.copy.soa);
      await this.#apply(primary, differences, known);
    } catch (error) {
      if (!(error instanceof PrimaryError)) throw error;
      // What IXFR cannot do AXFR can.
      await this.#replace(primary, known);
    }
  }

  /** Transfers all of the zone; `known` is what it must be newer than. */
  async #replace(primary: Primary, known?: KnownCopy): Promise<void> {
    await this.#apply(primary, await transferZone(primary, undefined), known);
  }

  async #apply(primary: Primary, update: ZoneUpdate, base: KnownCopy | undefined): Promise<void> {
    const { address } = primary;
    if (update.kind === 'unchanged') return this.#confirm();
    const soa = update.kind === 'whole' ? update.copy.soa : update.soa;
    const before = base?.copy.soa.serial;
    if (before !== undefined && soa.serial === before) return this.#confirm();
    if (before !== undefined && !isNewer(soa.serial, before)) {
      throw tooOld(address, soa.serial, before);
    }
    const { override, cacheFile } = this.settings;
    const shown = formatPrimary(address);
    const confirmedAt = Date.now();
    const from = { kind: 'update', base, update, primary: shown, confirmedAt } as const;
    const result = await workAside({ override, cacheFile, from }, sizeOf(update, base));
    if (this.#closing.signal.aborted) return;
    if (result.problem !== undefined) throw new PrimaryError(`${shown}: ${result.problem}`);
    this.counts.ok++;
    this.#take(result);
    this.#tell(update, result);
    this.#surroundings.changed();
  }

  #tell(update: ZoneUpdate, { known, cacheProblem }: ZoneResult): void {
    const { policy, cacheFile } = this.settings;
    const how = update.kind === 'whole' ? 'AXFR' : 'IXFR';
    const { copy, primary } = known!;
    const { log } = this.#surroundings;
    const { soa, count } = copy;
    log.info(`policy ${policy}: serial ${soa.serial} from ${primary} by ${how}, ${count} records`);
    if (cacheProblem !== undefined) {
      log.warn(`policy ${policy}: ${cacheFile} cannot be written: ${cacheProblem}`);
    }
  }

  #take({ known, image }: ZoneResult): void {
    this.#known = known!;
    this.problem = undefined;
    const { confirmedAt, copy } = this.#known;
    const end = expiresAt(copy.soa, confirmedAt);
    if (end > Date.now()) this.#state = { standing: 'loaded', image, since: confirmedAt };
    else this.#state = { standing: 'expired', image: undefined, since: end };
    this.#watchExpiry();
  }

  /** A primary has confirmed that the copy is up to date. */
  #confirm(): void {
    const { cacheFile } = this.settings;
    this.#known = { ...this.#known!, confirmedAt: Date.now() };
    this.problem = undefined;
    this.#watchExpiry();
    try {
      if (cacheFile !== undefined) confirmCache(cacheFile, this.#known.confirmedAt);
    } catch {
      // It could not be written either, and that has been logged.
    }
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    if (this.#state.standing !== 'loaded') return;
    const { copy, confirmedAt } = this.#known!;
    const end = expiresAt(copy.soa, confirmedAt);
    const left = end - Date.now();
    const isLast = left <= MAX_DELAY;
    this.#expiry = setTimeout(
      () => (isLast ? this.#expire(end) : this.#watchExpiry()),
      Math.min(Math.max(left, 0), MAX_DELAY),
    );
  }

  #expire(since: number): void {
    this.#state = { standing: 'expired', image: undefined, since };
    const { policy } = this.settings;
    const { serial } = this.#known!.copy.soa;
    const { log, changed } = this.#surroundings;
    log.warn(`policy ${policy}: serial ${serial} has expired: its rules are no longer in force`);
    changed();
  }
}

function tooOld(address: PrimaryAddress, serial: number, than: number): PrimaryError {
  return new PrimaryError(
    `${formatPrimary(address)}: its serial is ${serial}, older than ${than} here`,
  );
}

/** Octets that loading is about: of a copy, or of its text. */
function sizeBefore(known: KnownCopy | undefined, cacheFile: string | undefined): number {
  if (known !== undefined) return known.copy.records.length;
  if (cacheFile === undefined) return 0;
  return statSync(cacheFile, { throwIfNoEntry: false })?.size ?? 0;
}
