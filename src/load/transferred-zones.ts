/** Snapshots of a configuration together with the policy zones and lists that are brought for it. */

import { parseConfig, readConfigText } from '../config/config.ts';
import { checkFeedFiles } from '../config/feed-files.ts';
import type { Logger } from '../log.ts';
import { fetchedListsOf } from '../policy/lists/fetched-list.ts';
import { readTransferredZones, readTsigKeys } from '../policy/rpz/transfer/transferred-zone.ts';
import { ListFetches, type NextLists } from '../transfer/list-fetches.ts';
import { type NextTransfers, ZoneTransfers } from '../transfer/zone-transfers.ts';
import { type Source, type TakenSnapshot, takeSnapshotAside } from './snapshot.ts';

export class TransferredZones {
  /** Called when another copy is there, or one has expired. */
  changed: () => void = () => {};
  readonly feeds: ZoneTransfers;
  readonly lists: ListFetches;
  readonly #source: Source;
  #next: readonly (NextTransfers | NextLists)[] = [];

  constructor(source: Source, log: Logger) {
    this.#source = source;
    const surroundings = { log, changed: () => this.changed() };
    this.feeds = new ZoneTransfers(surroundings);
    this.lists = new ListFetches(surroundings);
  }

  /**
   * Reads the configuration with all that belongs to it. The transfers that it asks for begin with
   * `begin`. Rejects with a ConfigError.
   */
  async take(): Promise<TakenSnapshot> {
    const { file, environment } = this.#source;
    const text = readConfigText(file);
    const config = parseConfig(file, text, environment);
    checkFeedFiles(config, Date.now());
    // Problems with them are reported when they are compiled.
    const zones = readTransferredZones(config, readTsigKeys(config, []), []);
    const [next, lists] = await Promise.all([
      this.feeds.prepare(zones),
      this.lists.prepare(fetchedListsOf(config)),
    ]);
    const source = { ...this.#source, text, states: next.states, lists: lists.states };
    const snapshot = await takeSnapshotAside(source, config);
    this.#next = [next, lists];
    return { snapshot, config };
  }

  /** The snapshot that was taken last is in force. */
  begin(): void {
    for (const next of this.#next) next.use();
    this.#next = [];
  }

  /** A snapshot with the copies that are there now. */
  renew({ snapshot, config }: TakenSnapshot): TakenSnapshot {
    const present = { states: this.feeds.states, lists: this.lists.states };
    return { snapshot: { ...snapshot, ...present }, config };
  }

  /** A primary has something new. */
  notify(policy: string): void {
    this.feeds.find(policy)?.notify();
  }

  close(): void {
    this.feeds.close();
    this.lists.close();
  }
}
