/** A feed with a scripted primary, and what it has said. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TransferredZone } from '../../src/policy/rpz/transfer/transferred-zone.ts';
import { ZoneTransfer } from '../../src/transfer/zone-transfer.ts';
import { recordsOf } from '../policy/rpz/transfer/copies.ts';
import { rule, ZONE } from '../policy/rpz/transfer/zones.ts';
import { name } from '../world/messages.ts';
import { ScriptedPrimary } from './scripted-primary.ts';

export class FeedStage {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'rcode5-'));
  readonly primary: ScriptedPrimary;
  /** What the feed has said; `changed` is that its state is another one. */
  said: string[] = [];
  #feed: ZoneTransfer | undefined;
  #wake: () => void = () => {};

  private constructor(primary: ScriptedPrimary) {
    this.primary = primary;
    primary.records = [rule('a'), rule('b')];
  }

  static async open(): Promise<FeedStage> {
    return new FeedStage(await ScriptedPrimary.start());
  }

  close(): void {
    this.#feed?.close();
    this.primary.close();
    rmSync(this.folder, { recursive: true });
  }

  create(given: Partial<TransferredZone> = {}): ZoneTransfer {
    const note = (message: string) => {
      this.said.push(message);
      this.#wake();
    };
    const settings: TransferredZone = {
      policy: 'feed',
      zone: name(ZONE),
      primaries: [this.primary.upstream],
      key: undefined,
      tls: { ca: undefined, pins: undefined, identity: undefined },
      cacheFile: undefined,
      maxSize: 100_000,
      maxTime: 10_000,
      override: 'given',
      ...given,
    };
    const log = { info: note, warn: note };
    this.#feed = new ZoneTransfer(settings, { log, changed: () => note('changed') });
    return this.#feed;
  }

  /** Waits until the feed has said something like this. */
  async says(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.said.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** A feed that has the zone of the primary. */
  async loaded(given: Partial<TransferredZone> = {}): Promise<ZoneTransfer> {
    const feed = this.create(given);
    await feed.load();
    feed.start();
    await this.says(/^changed$/);
    this.said = [];
    return feed;
  }
}

/** The first labels of the records of a feed. */
export function content({ known }: ZoneTransfer): string[] {
  return recordsOf(known!.copy).map((line) => line.slice(0, line.indexOf('.')));
}
