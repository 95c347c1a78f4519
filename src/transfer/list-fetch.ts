/** One list, kept like its server has it: looked at in time, fetched when it has changed. */

import { type FetchedList, type ListState, NO_LIST } from '../policy/lists/fetched-list.ts';
import { confirmListCache } from '../policy/lists/list-cache.ts';
import { download } from './list-download.ts';
import { type KnownList, type ListResult, type ListWork, workOnListAside } from './list-work.ts';
import type { FeedSurroundings } from './zone-transfer.ts';

const SECOND = 1000;
/** Milliseconds between two looks in vain: twice as many each time, up to this. */
const MOST_RETRY = 300_000;
const MOST_DOUBLINGS = 20;
/** Servers of lists see the looks of many at other times: this part of a pause is by chance. */
const JITTER = 0.1;

export class ListFetch {
  readonly settings: FetchedList;
  /** Looks that put a new copy in force, and looks in vain. */
  readonly counts = { ok: 0, failed: 0 };
  /** What keeps it from being up to date; undefined when nothing does. */
  problem: string | undefined;
  readonly #surroundings: FeedSurroundings;
  readonly #closing: AbortController = new AbortController();
  #state: ListState = NO_LIST;
  #known: KnownList | undefined;
  #failures = 0;
  #next: NodeJS.Timeout | undefined;

  constructor(settings: FetchedList, surroundings: FeedSurroundings) {
    this.settings = settings;
    this.#surroundings = surroundings;
  }

  get state(): ListState {
    return this.#state;
  }

  get known(): KnownList | undefined {
    return this.#known;
  }

  /** Milliseconds since the epoch at which the server last confirmed the copy. */
  get confirmedAt(): number | undefined {
    return this.#known?.confirmedAt;
  }

  /** Takes up the last good copy: of the one that it takes the place of, or of its file. */
  async load(before?: ListFetch): Promise<void> {
    const { cacheFile, policy } = this.settings;
    const known = before?.known;
    const from: ListWork['from'] =
      known === undefined ? { kind: 'cache' } : { kind: 'known', known };
    const result = await this.#work(from);
    if (result.problem !== undefined) {
      const warning = `policy ${policy}: ${cacheFile} cannot be used: ${result.problem}`;
      this.#surroundings.log.warn(`${warning}; the list is fetched anew`);
    }
    if (result.known !== undefined) this.#take(result);
  }

  /** Begins to look, at once when that is due. */
  start(): void {
    const { confirmedAt } = this;
    const due = confirmedAt === undefined ? 0 : confirmedAt + this.settings.refresh - Date.now();
    this.#schedule(Math.min(Math.max(due, 0), this.settings.refresh));
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#next);
  }

  #schedule(pause: number): void {
    clearTimeout(this.#next);
    this.#next = setTimeout(() => void this.#look(), pause);
  }

  async #look(): Promise<void> {
    let problem: string | undefined;
    try {
      await this.#ask();
    } catch (error) {
      problem = describe(error as Error);
    }
    if (this.#closing.signal.aborted) return;
    if (problem === undefined) {
      this.#failures = 0;
      this.problem = undefined;
    } else {
      this.#failures++;
      this.counts.failed++;
      this.#complain(problem);
    }
    const { refresh } = this.settings;
    const retry = SECOND * 2 ** Math.min(this.#failures - 1, MOST_DOUBLINGS);
    const pause = problem === undefined ? refresh : Math.min(refresh, retry, MOST_RETRY);
    this.#schedule(pause * (1 - JITTER * Math.random()));
  }

  /** Each problem is reported once, until it is another one or there was none in between. */
  #complain(problem: string): void {
    if (problem === this.problem) return;
    this.problem = problem;
    const { policy, shown } = this.settings;
    const { standing } = this.#state;
    const stays = standing === 'loaded' ? 'the last good copy stays in force' : `it is ${standing}`;
    this.#surroundings.log.warn(`policy ${policy}: ${shown}: ${problem}; ${stays}`);
  }

  async #ask(): Promise<void> {
    const { etag, lastModified } = this.#known ?? {};
    const { url } = this.settings;
    const { signal } = this.#closing;
    const downloaded = await download(url, { etag, lastModified }, signal);
    const confirmedAt = Date.now();
    if (downloaded.kind === 'unchanged') {
      if (this.#known === undefined) throw new Error('it answers 304 to an unconditional request');
      return this.#confirm(confirmedAt);
    }
    const from = { ...downloaded, kind: 'fetched', confirmedAt } as const;
    const result = await this.#work(from);
    if (signal.aborted) return;
    if (result.problem !== undefined) throw new Error(result.problem);
    const isSame = result.image!.digest === this.#state.image?.digest;
    this.#take(result);
    this.#reportCache(result);
    if (isSame) return;
    this.counts.ok++;
    const { policy, shown } = this.settings;
    const { rules, specials } = result.image!;
    const count = rules.names.count + (specials?.rules.length ?? 0);
    this.#surroundings.log.info(`policy ${policy}: ${count} rules from ${shown}`);
    this.#surroundings.changed();
  }

  #reportCache({ cacheProblem }: ListResult): void {
    const { policy, cacheFile } = this.settings;
    if (cacheProblem === undefined) return;
    const warning = `policy ${policy}: ${cacheFile} cannot be written: ${cacheProblem}`;
    this.#surroundings.log.warn(warning);
  }

  /** The server confirms that the copy is up to date. */
  #confirm(confirmedAt: number): void {
    const { cacheFile } = this.settings;
    this.#known = { ...this.#known!, confirmedAt };
    try {
      if (cacheFile !== undefined) confirmListCache(cacheFile, confirmedAt);
    } catch {
      // It could not be written either, and that has been reported.
    }
  }

  #work(from: ListWork['from']): Promise<ListResult> {
    return workOnListAside({ list: this.settings, from });
  }

  #take({ known, image }: ListResult): void {
    this.#known = known!;
    this.#state = { standing: 'loaded', image, since: known!.confirmedAt };
  }
}

/** Some errors of connections have no message of their own. */
function describe({ message, cause, name }: Error & { code?: string }): string {
  if (cause instanceof Error) return cause.message;
  return message === '' ? name : message;
}
