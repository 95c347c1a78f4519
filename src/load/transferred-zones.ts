/** Snapshots of a configuration together with the policy zones that are transferred for it. */

import { parseConfig, readConfigText } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { readTransferredZones, readTsigKeys } from '../policy/rpz/transfer/transferred-zone.ts';
import { type NextTransfers, ZoneTransfers } from '../transfer/zone-transfers.ts';
import { type Source, type TakenSnapshot, takeSnapshotAside } from './snapshot.ts';

export class TransferredZones {
  /** Called when another copy is there, or one has expired. */
  changed: () => void = () => {};
  readonly feeds: ZoneTransfers;
  readonly #source: Source;
  #next: NextTransfers | undefined;

  constructor(source: Source, log: Logger) {
    this.#source = source;
    this.feeds = new ZoneTransfers({ log, changed: () => this.changed() });
  }

  /**
   * Reads the configuration with all that belongs to it. The transfers that it asks for begin with
   * `begin`. Rejects with a ConfigError.
   */
  async take(): Promise<TakenSnapshot> {
    const { file, environment } = this.#source;
    const text = readConfigText(file);
    const config = parseConfig(file, text, environment);
    // Problems with them are reported when they are compiled.
    const zones = readTransferredZones(config, readTsigKeys(config, []), []);
    const next = await this.feeds.prepare(zones);
    const source = { ...this.#source, text, states: next.states };
    const snapshot = await takeSnapshotAside(source, config);
    this.#next = next;
    return { snapshot, config };
  }

  /** The snapshot that was taken last is in force. */
  begin(): void {
    this.#next?.use();
    this.#next = undefined;
  }

  /** A snapshot with the copies that are there now. */
  renew({ snapshot, config }: TakenSnapshot): TakenSnapshot {
    return { snapshot: { ...snapshot, states: this.feeds.states }, config };
  }

  /** A primary has something new. */
  notify(policy: string): void {
    this.feeds.find(policy)?.notify();
  }

  close(): void {
    this.feeds.close();
  }
}
