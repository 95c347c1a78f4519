/** Sends what a log has to ClickHouse, batch after batch, and waits while that does not work. */

import type { ClickhouseError } from './client.ts';
import type { Delivery, RefusedRow } from './delivery.ts';
import type { RowWriter } from './rows.ts';
import type { Position, Source } from './source.ts';

/** Rows of a batch, and characters. */
const MOST_ROWS = 20_000;
const MOST_LENGTH = 16 << 20;
/** Milliseconds between two batches that are not full: each becomes a part on the server's disk. */
const GATHER_MS = 1000;
/** Milliseconds until a batch is sent again: each time twice as long, up to the second. */
const RETRY_MS = 500;
const MOST_RETRY_MS = 30_000;

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
  readonly #writer: RowWriter;
  readonly #delivery: Delivery;
  readonly #hooks: ShipperHooks;
  #sent = 0;
  #refused = 0;
  #failures = 0;
  #skipped = 0;

  constructor(source: Source, writer: RowWriter, delivery: Delivery, hooks: ShipperHooks) {
    this.#source = source;
    this.#writer = writer;
    this.#delivery = delivery;
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
    while (rows.length < MOST_ROWS && length < MOST_LENGTH) {
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
    return { rows, position, isFull: rows.length >= MOST_ROWS || length >= MOST_LENGTH };
  }

  /** Sends a batch as often as it takes; false when it was given up, since all ends. */
  async #send({ rows, position }: Batch, ending: AbortSignal, stop: AbortSignal): Promise<boolean> {
    for (let pause = RETRY_MS; ; pause = Math.min(2 * pause, MOST_RETRY_MS)) {
      try {
        const refused = rows.length === 0 ? [] : await this.#delivery.deliver(rows, stop);
        if (refused.length > 0) this.#hooks.setAside(refused);
        if (position !== undefined) this.#hooks.keep(position);
        this.#refused += refused.length;
        this.#sent += rows.length - refused.length;
        this.#hooks.up();
        this.#hooks.counted(this.counts);
        return true;
      } catch (error) {
        if (stop.aborted) return false;
        this.#failures++;
        this.#hooks.down((error as ClickhouseError).message);
        this.#hooks.counted(this.counts);
        if (ending.aborted) return false;
        await this.#hooks.wait(pause, ending);
      }
    }
  }
}
