/** All policy zones that come by transfer, as one configuration names them. */

import type { TransferredZone, ZoneState } from '../policy/rpz/transfer/transferred-zone.ts';
import { type FeedSurroundings, ZoneTransfer } from './zone-transfer.ts';

/** The feeds of another configuration, which have not begun yet. */
export interface NextTransfers {
  readonly states: ReadonlyMap<string, ZoneState>;
  /** Puts them in the place of those that there are. */
  use(): void;
}

export class ZoneTransfers {
  readonly #surroundings: FeedSurroundings;
  #feeds: ReadonlyMap<string, ZoneTransfer> = new Map();

  constructor(surroundings: FeedSurroundings) {
    this.#surroundings = surroundings;
  }

  /** What is there of each zone, by the name of its policy. */
  get states(): ReadonlyMap<string, ZoneState> {
    return statesOf(this.#feeds);
  }

  /** The feed of a policy; undefined when its zone does not come by transfer. */
  find(policy: string): ZoneTransfer | undefined {
    return this.#feeds.get(policy);
  }

  get all(): readonly ZoneTransfer[] {
    return [...this.#feeds.values()];
  }

  /**
   * Prepares for another configuration: feeds that are the same go on, the others begin with the
   * last good copy that there is. Resolves when that has been read.
   */
  async prepare(zones: ReadonlyMap<string, TransferredZone>): Promise<NextTransfers> {
    const before = this.#feeds;
    const fresh: ZoneTransfer[] = [];
    const feeds = new Map<string, ZoneTransfer>();
    for (const [policy, settings] of zones) {
      const old = before.get(policy);
      const isSame = old !== undefined && isSameFeed(old.settings, settings);
      const feed = isSame ? old : new ZoneTransfer(settings, this.#surroundings);
      feeds.set(policy, feed);
      if (!isSame) fresh.push(feed);
    }
    await Promise.all(fresh.map((feed) => feed.load(predecessor(feed, before))));
    const use = () => {
      for (const feed of before.values()) {
        if (feeds.get(feed.settings.policy) !== feed) feed.close();
      }
      this.#feeds = feeds;
      for (const feed of fresh) feed.start();
    };
    return { states: statesOf(feeds), use };
  }

  close(): void {
    for (const feed of this.#feeds.values()) feed.close();
    this.#feeds = new Map();
  }
}

function statesOf(feeds: ReadonlyMap<string, ZoneTransfer>): ReadonlyMap<string, ZoneState> {
  return new Map([...feeds].map(([policy, { state }]) => [policy, state]));
}

/** A feed of the same zone, whose copy need not be transferred again. */
function predecessor(
  { settings }: ZoneTransfer,
  before: ReadonlyMap<string, ZoneTransfer>,
): ZoneTransfer | undefined {
  const old = before.get(settings.policy);
  const isSameZone = old !== undefined && Buffer.compare(old.settings.zone, settings.zone) === 0;
  return isSameZone ? old : undefined;
}

function isSameFeed(a: TransferredZone, b: TransferredZone): boolean {
  return contentOf(a) === contentOf(b);
}

function contentOf({ zone, key, ...rest }: TransferredZone): string {
  const { name, algorithm, secret, macLength } = key ?? {};
  const parts = [name, secret].map((octets) => octets && Buffer.from(octets).toString('hex'));
  return JSON.stringify([rest, Buffer.from(zone).toString('hex'), algorithm, macLength, parts]);
}
