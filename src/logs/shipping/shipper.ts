/** Sends what a log has to a receiver, batch after batch, and waits while that does not work. */

import {
  type Delivered,
  type Delivery,
  type RefusedRow,
  Unavailable,
  type Writer,
} from './delivery.ts';
import type { Position, Source } from './source.ts';

/** Milliseconds between two batches that are not full: of each a receiver makes something on its disk. */
const GATHER_MS = 1000;
/** Milliseconds until a batch is sent again: each time twice as long, up to the second. */
const RETRY_MS = 500;
const MOST_RETRY_MS = 30_000;

/** What is in a batch at most, or little more. */
export interface BatchLimits {
  readonly rows: number;
  readonly characters: number;
}

/** How sending goes. */
export interface ShipperCounts {
  readonly sent: number;
  readonly refused: number;
  readonly failures: number;
  readonly skipped: number;
  readonly gaps: number;
  readonly dropped: number;
  readonly behind: number;
}

export interface ShipperHooks {
  /** Told when a batch has gone, and when one has not. */
  readonly counted: (counts: ShipperCounts) => void;
  readonly up: () => void;
  readonly down: (why: string) => void;
  readonly keep: (position: Position) => void;
  readonly setAside: (rows: readonly RefusedRow[]) => void;
  /** Told of rows that were not taken and that nobody knows. */
  readonly rejected: (count: number, why: string) => void;
  readonly now: () => number;
  /** Resolves after some milliseconds, or when `stop` is aborted. */
  readonly wait: (milliseconds: number, stop: AbortSignal) => Promise<void>;
}

interface Batch {
  readonly rows: readonly string[];
  readonly position: Position | undefined;
  readonly isFull: boolean;
}

export class Shipper {
  readonly #source: Source;
  readonly #writer: Writer;
  readonly #delivery: Delivery;
  readonly #limits: BatchLimits;
  readonly #hooks: ShipperHooks;
  #sent = 0;
  #refused = 0;
  #failures = 0;
  #skipped = 0;

  constructor(
    source: Source,
    to: { readonly writer: Writer; readonly delivery: Delivery; readonly limits: BatchLimits },
    hooks: ShipperHooks,
  ) {
    this.#source = source;
    this.#writer = to.writer;
    this.#delivery = to.delivery;
    this.#limits = to.limits;
    this.#hooks = hooks;
  }

  get counts(): ShipperCounts {
    return {
      ...{ sent: this.#sent, refused: this.#refused, failures: this.#failures },
      skipped: this.#skipped + this.#source.torn,
      gaps: this.#source.gaps,
      dropped: this.#source.dropped ?? 0,
      behind: this.#source.behind(),
    };
  }

  /**
   * Until `ending`: then what is there is sent once more, without waiting. `stop` ends that too.
   */
  async run(ending: AbortSignal, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const wasEnding = ending.aborted;
      const batch = await this.#gather();
      if (batch !== undefined && !(await this.#send(batch, ending, stop))) break;
      if (batch === undefined && wasEnding) break;
      if (!batch?.isFull) await this.#hooks.wait(GATHER_MS, ending);
    }
    this.#source.close();
  }

  async #gather(): Promise<Batch | undefined> {
    const rows: string[] = [];
    let length = 0;
    let position: Position | undefined;
    let isEmpty = true;
    const isFull = () => rows.length >= this.#limits.rows || length >= this.#limits.characters;
    while (!isFull()) {
      const taken = await this.#source.read(this.#hooks.now());
      if (taken === undefined) break;
      isEmpty = false;
      position = taken.position;
      for (const line of taken.lines) {
        const row = this.#writer.write(line);
        if (row === undefined) continue;
        rows.push(row);
        length += row.length;
      }
    }
    this.#skipped = this.#writer.skipped;
    if (isEmpty) return undefined;
    return { rows, position, isFull: isFull() };
  }

  /** Sends a batch as often as it takes; false when it was given up, since all ends. */
  async #send(batch: Batch, ending: AbortSignal, stop: AbortSignal): Promise<boolean> {
    for (let pause = RETRY_MS; ; pause = Math.min(2 * pause, MOST_RETRY_MS)) {
      try {
        await this.#deliver(batch, stop);
        return true;
      } catch (error) {
        if (stop.aborted) return false;
        this.#failures++;
        this.#hooks.down((error as Error).message);
        this.#hooks.counted(this.counts);
        if (ending.aborted) return false;
        const asked = error instanceof Unavailable ? error.retryAfter : 0;
        await this.#hooks.wait(Math.max(pause, asked), ending);
      }
    }
  }

  async #deliver({ rows, position }: Batch, stop: AbortSignal): Promise<void> {
    const { refused, rejected }: Delivered =
      rows.length === 0 ? { refused: [] } : await this.#delivery.deliver(rows, stop);
    if (refused.length > 0) this.#hooks.setAside(refused);
    if (rejected !== undefined) this.#hooks.rejected(rejected.count, rejected.why);
    if (position !== undefined) this.#hooks.keep(position);
    const missing = refused.length + (rejected?.count ?? 0);
    this.#refused += missing;
    this.#sent += rows.length - missing;
    this.#hooks.up();
    this.#hooks.counted(this.counts);
  }
}
